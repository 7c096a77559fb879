"""Remotes that a webhook marks are asked soon, and not more often than others bear."""

import pytest

from sdlc_lens.sources.git.place import Place
from sdlc_lens.sync.remotes import JITTER, SHORTEST_SECONDS_APART, Remotes

URL = "https://git.example/quay/berth"
PLACE = Place(URL, "main", "sdlc-studio")
OTHER = Place("https://git.example/quay/crane", "main", "sdlc-studio")
POLL_SECONDS = 1000


class Clock:
    """A time that a test can advance."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def exchange(remotes: Remotes, place: Place = PLACE) -> None:
    remotes.asked(place)
    remotes.answered(place)


@pytest.fixture(params=[POLL_SECONDS, 0])
def remotes(request: pytest.FixtureRequest, clock: Clock) -> Remotes:
    """Two remotes that were just asked; with and without polling."""
    remotes = Remotes(request.param, clock)
    exchange(remotes)
    exchange(remotes, OTHER)
    clock.now += SHORTEST_SECONDS_APART
    assert not remotes.is_due(PLACE)
    return remotes


def test_remotes_are_not_due_all_at_once(clock: Clock) -> None:
    remotes = Remotes(POLL_SECONDS, clock)
    waiting = {Place(f"{URL}-{number}", None, ".") for number in range(50)}
    for place in waiting:
        exchange(remotes, place)
    clock.now += POLL_SECONDS - 1
    assert not any(map(remotes.is_due, waiting))
    clock.now += 1 + POLL_SECONDS * JITTER / 2
    due = {place for place in waiting if remotes.is_due(place)}
    assert due
    assert due != waiting
    clock.now += POLL_SECONDS * JITTER / 2
    assert all(map(remotes.is_due, waiting))


def test_marked_remote_is_due_and_no_other(remotes: Remotes) -> None:
    remotes.mark_due([URL])
    assert remotes.is_due(PLACE)
    assert remotes.is_due(Place(URL, None, ".")), "any branch may have moved"
    assert not remotes.is_due(OTHER)


def test_mark_is_used_up_by_an_exchange(remotes: Remotes, clock: Clock) -> None:
    remotes.mark_due([URL])
    clock.now += 1
    exchange(remotes)
    clock.now += 2 * SHORTEST_SECONDS_APART
    assert not remotes.is_due(PLACE)


def test_mark_during_an_exchange_is_not_lost(remotes: Remotes, clock: Clock) -> None:
    remotes.asked(PLACE)
    clock.now += 1
    remotes.mark_due([URL])
    remotes.answered(PLACE)
    assert not remotes.is_due(PLACE), "it was asked a second ago"
    clock.now += SHORTEST_SECONDS_APART
    assert remotes.is_due(PLACE)


def test_marks_do_not_shorten_the_wait_after_a_failure(remotes: Remotes, clock: Clock) -> None:
    remotes.asked(PLACE)
    remotes.failed(PLACE, retry_after=600)
    clock.now += 100
    remotes.mark_due([URL])
    assert not remotes.is_due(PLACE)


def test_without_polling_nothing_else_is_due(clock: Clock) -> None:
    remotes = Remotes(0, clock)
    assert not remotes.is_due(PLACE)
    remotes.mark_due([URL])
    assert remotes.is_due(PLACE)

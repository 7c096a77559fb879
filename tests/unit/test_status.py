"""Statuses as people write them."""

import pytest

from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.kinds import KINDS, STATUSES
from sdlc_lens.domain.documents.status import canonical


@pytest.mark.parametrize(
    ("written", "type_name", "expected"),
    [
        ("Done", "story", "Done"),
        ("**Done** - shipped", "story", "Done"),
        ("Done, shipped", "story", "Done"),
        ("done", "story", "Done"),
        ("In-Progress", "story", "In Progress"),
        ("in_progress", "story", "In Progress"),
        ("In  Progress (half)", "story", "In Progress"),
        ("✅ Done", "story", "Done"),
        ("⚠️ Blocked by weather", "story", "Blocked"),
        ("👷🏽 Review", "story", "Review"),
        ("Complete (81/88 stories)", "plan", "Complete"),
        ("Wont Fix", "bug", "Won't Fix"),
        ("Won\u2019t Fix", "bug", "Won't Fix"),
        ("INBOX", "cr", "inbox"),
        ("Donegal", "story", "Donegal"),
        ("Done2", "story", "Done2"),
        ("Complete", "story", "Complete"),
        ("  odd one ", "story", "odd one"),
        ("✅ done, shipped", "retro", "Done"),
        ("wont-fix", "decision", "Won't Fix"),
        ("Living document", "prd", "Living document"),
    ],
)
def test_canonical(written: str, type_name: str, expected: str) -> None:
    assert canonical(written, Configuration().statuses(type_name)) == expected


@pytest.mark.parametrize("written", [None, "", "   "])
def test_nothing(written: str | None) -> None:
    assert canonical(written, STATUSES["story"]) is None


def test_longest_entry_wins() -> None:
    assert canonical("In Review now", ("In", "In Review")) == "In Review"


def test_every_status_is_its_own_canonical_form() -> None:
    for kind in KINDS:
        for status in kind.statuses:
            assert canonical(status, kind.statuses) == status
        assert kind.terminal <= set(kind.statuses)


def test_inbox_comes_first() -> None:
    first = {name for name, statuses in STATUSES.items() if statuses[0] == "inbox"}
    assert first == {"bug", "cr", "rfc"}


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("\u2139\ufe0f Draft", "Draft"),
        ("1\ufe0f\u20e3 Draft", "Draft"),
        ("\u2194\ufe0f Review", "Review"),
        ("Won\u2032t Implement", "Won't Implement"),
        ("Won\uff07t Implement", "Won't Implement"),
    ],
)
def test_emoji_and_apostrophes_of_every_kind(written: str, status: str) -> None:
    assert canonical(written, STATUSES["story"]) == status

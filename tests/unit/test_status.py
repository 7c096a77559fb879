"""Statuses as people write them."""

import pytest

from sdlc_lens.domain.documents.kinds import KINDS, STATUSES
from sdlc_lens.domain.documents.status import Statuses

BUILT_IN = Statuses({})


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
        ("Done \u2705", "story", "Done"),
        ("Done", "plan", "Done"),
        ("\u2705 COMPLETE (All stories verified)", "epic", "Complete"),
        ("Completed", "plan", "Complete"),
        ("completed 2026-08-01", "story", "Complete"),
        ("Implemented in v2", "story", "Implemented"),
        ("in review", "story", "In Review"),
        ("Review", "rfc", "Review"),
        ("  odd one ", "story", "odd one"),
        ("✅ done, shipped", "retro", "Done"),
        ("wont-fix", "decision", "Won't Fix"),
        ("Living document", "prd", "Living document"),
    ],
)
def test_canonical(written: str, type_name: str, expected: str) -> None:
    assert BUILT_IN.canonical(type_name, written) == expected


@pytest.mark.parametrize("written", [None, "", "   "])
def test_nothing(written: str | None) -> None:
    assert BUILT_IN.canonical("story", written) is None


def test_longest_entry_wins() -> None:
    added = Statuses({"story": ["In", "In Review Twice"]})
    assert added.canonical("story", "In Review twice now") == "In Review Twice"
    assert added.canonical("story", "In doubt") == "In"


def test_every_status_is_its_own_canonical_form() -> None:
    for kind in KINDS:
        for status in kind.statuses:
            assert BUILT_IN.canonical(kind.name, status) == status


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
    assert BUILT_IN.canonical("story", written) == status


def test_own_type_is_tried_before_all_others() -> None:
    added = Statuses({"bug": ["Don"], "review": ["Done and read"], "cr": ["Completed"]})
    assert added.canonical("story", "Done and read") == "Done"
    assert added.canonical("bug", "Done and read") == "Done and read"
    assert added.canonical("review", "done AND read") == "Done and read"
    assert added.canonical("bug", "Completed") == "Completed"


def test_built_in_spelling_wins_over_an_added_one() -> None:
    assert Statuses({"story": ["DONE", "-"]}).canonical("story", "done") == "Done"

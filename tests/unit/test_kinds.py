"""The table of types: terminal statuses and status classes."""

import pytest

from sdlc_lens.domain.documents.kinds import (
    ARTEFACTS,
    is_delivered,
    is_terminal,
    status_class,
)


@pytest.mark.parametrize(
    ("type_name", "status", "terminal"),
    [
        ("story", "Done", True),
        ("story", "Won't Implement", True),
        ("story", "Review", False),
        ("story", "Complete", True),
        ("epic", "Superseded", True),
        ("plan", "Done", True),
        ("story", "Implemented", True),
        ("rfc", "Accepted", True),
        ("cr", "Accepted", False),
        ("cr", "Spent", False),
        ("story", "done", False),
        ("story", None, False),
        ("plan", "Complete", True),
        ("charter", "Spent", True),
        ("decision", "Accepted", True),
        ("prd", "Complete", True),
        ("prd", "Approved", False),
        ("other", None, False),
    ],
)
def test_terminal(type_name: str, status: str | None, terminal: bool) -> None:
    assert is_terminal(type_name, status) is terminal


def test_artefacts_have_an_id_and_records_do_not_count() -> None:
    work = [
        "bug",
        "charter",
        "cr",
        "epic",
        "issue",
        "plan",
        "rfc",
        "story",
        "test-spec",
        "workflow",
    ]
    assert sorted(ARTEFACTS) == work


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("open", "inbox, Proposed, Draft, Ready, Planned, Approved, Open, Created, Queued, Odd"),
        (
            "under way",
            "In Progress, Review, In Review, Triaging, Triaged, Planning, Testing, Implementing,"
            " Verifying, Reviewing, Checking",
        ),
        ("blocked", "Blocked, Paused, Deferred"),
        (
            "finished",
            "Done, Complete, Fixed, Verified, Closed, Resolved, Accepted, Implemented, Spent",
        ),
        ("dropped", "Won't Implement, Won't Fix, Rejected, Withdrawn, Superseded"),
    ],
)
def test_classes(name: str, statuses: str) -> None:
    for status in statuses.split(", "):
        assert status_class("decision", status) == name
        assert is_terminal("decision", status) is (name in ("finished", "dropped"))
        assert is_delivered("decision", status) is (name == "finished")


def test_no_status_is_open_and_so_is_one_that_ends_another_type_only() -> None:
    assert status_class("story", None) == "open"
    assert [status_class(name, "Accepted") for name in ("rfc", "cr")] == ["finished", "open"]
    assert [status_class(name, "Spent") for name in ("charter", "story")] == ["finished", "open"]

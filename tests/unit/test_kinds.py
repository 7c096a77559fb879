"""What the table of types says about the end of work."""

import pytest

from sdlc_lens.domain.documents.kinds import ARTEFACTS, is_terminal


@pytest.mark.parametrize(
    ("type_name", "status", "terminal"),
    [
        ("story", "Done", True),
        ("story", "Won't Implement", True),
        ("story", "Review", False),
        ("story", "Complete", False),
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


def test_artefacts_have_an_id_and_are_no_records() -> None:
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

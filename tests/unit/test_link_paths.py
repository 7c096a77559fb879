"""The paths of links, which tell documents of one id apart."""

import pytest

from sdlc_lens.domain.documents.header import read_head
from sdlc_lens.domain.documents.references import (
    Candidate,
    Link,
    Meanings,
    link_path,
    mentions,
    parents,
    references,
)


def pointed(value: str) -> list[tuple[str, str | None]]:
    """The targets and paths in a field of a document in `stories`."""
    head = read_head(f"# T\n\n> **Epic:** {value}")
    return [(link.target, link.path) for link in references(head.entries, "stories")]


def test_path_of_a_link_decides_between_documents_with_the_same_ref() -> None:
    report = Candidate(1, "EP0002", own=True, type="epic", path="epics/EP0002-a-report.md")
    epic = Candidate(2, "EP0002", own=True, type="epic", path="epics/EP0002-scanning.md")
    other = Candidate(3, "EP0003", own=True, type="epic", path="epics/EP0003-x.md")
    meanings = Meanings([report, epic, other])
    assert meanings.get("EP0002") == 1
    assert meanings.get("EP0002", "epics/EP0002-scanning.md") == 2
    assert meanings.get("EP0002", "epics/EP0002-gone.md") == 1
    assert meanings.get("EP0002", "epics/EP0003-x.md") == 1
    assert meanings.get("EP0004", "epics/EP0002-scanning.md") is None


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("../epics/EP0002-scanning.md", "epics/EP0002-scanning.md"),
        ("US0001-x.md#ac1", "stories/US0001-x.md"),
        ("./US0001-x.md", "stories/US0001-x.md"),
        ('US0001-x.md "A title"', "stories/US0001-x.md"),
        ("../a/../b/c.MD", "b/c.MD"),
        ("<../epics/EP0002 x.md>", "epics/EP0002 x.md"),
        ("../epics/EP0002%20x.md", "epics/EP0002 x.md"),
        ("/epics/EP0002-x.md", "epics/EP0002-x.md"),
        ("../../elsewhere.md", None),
        ("https://example.org/EP0002-x.md", None),
        ("../src/sync.py", None),
        ("#ac1", None),
        ("", None),
    ],
)
def test_path_of_a_link(target: str, path: str | None) -> None:
    assert link_path(target, "stories") == path


def test_link_in_the_root_of_the_workspace() -> None:
    assert link_path("epics/EP0001-x.md", "") == "epics/EP0001-x.md"
    assert link_path("../epics/EP0001-x.md", "") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "[EP0002: Scanning](../epics/EP0002-scanning.md)",
            [("EP0002", "epics/EP0002-scanning.md")],
        ),
        ("[Scanning](../epics/EP0002-scanning.md)", [("EP0002", "epics/EP0002-scanning.md")]),
        (
            "EP0001, [EP0002](a.md), EP0003",
            [("EP0001", None), ("EP0002", "stories/a.md"), ("EP0003", None)],
        ),
        ("EP0002 ([text](../epics/EP0002-b.md))", [("EP0002", "epics/EP0002-b.md")]),
        (
            "[a](../epics/EP0002-a.md) and [b](../epics/EP0002-b.md)",
            [("EP0002", "epics/EP0002-a.md"), ("EP0002", "epics/EP0002-b.md")],
        ),
        ("[x](../epics/EP0001-y/US0002-z.md)", [("US0002", "epics/EP0001-y/US0002-z.md")]),
        ("[US01M0GM0R](US-01M0GM0R-x.md)", [("US01M0GM0R", "stories/US-01M0GM0R-x.md")]),
        (
            "[BG0012](a.md)-[BG0014](b.md)",
            [("BG0012", "stories/a.md"), ("BG0013", "stories/b.md"), ("BG0014", "stories/b.md")],
        ),
    ],
)
def test_reference_keeps_the_path_of_its_link(
    value: str, expected: list[tuple[str, str | None]]
) -> None:
    assert pointed(value) == expected


def test_mention_keeps_the_path_of_its_link() -> None:
    text = "US0002, [EP0002: x](../epics/EP0002-b.md#goal), EP0002; (US0003-x.md) [y](<US0004.md>)"
    assert [(link.target, link.path) for link in mentions(text, (), "stories")] == [
        ("US0002", None),
        ("EP0002", "epics/EP0002-b.md"),
        ("US0003", None),
        ("US0004", "stories/US0004.md"),
    ]


def test_path_of_a_link_decides_between_parents() -> None:
    rivals = [
        Candidate(number, "EP0002", own=True, type="epic", path=f"epics/EP0002-{number}.md")
        for number in (1, 2)
    ]
    linked = Link("epic", "EP0002", "epics/EP0002-2.md")
    assert parents(9, [linked], Meanings(rivals)) == [2]
    assert parents(9, [Link("epic", "EP0002")], Meanings(rivals)) == [1]

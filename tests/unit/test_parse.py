"""Parsing: any bytes become a document."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as any_of

from sdlc_lens.domain.documents.config import Configuration, configure
from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.documents.parse import content, decode, parse

STORY = """# US0002: Ask for a draught

> **Status:** In-Progress, nearly
> **Owner:** Ines · **Priority:** High · **Story Points:** 5
> **Epic:** [EP0001: Window](../epics/EP0001-window.md)
"""
PIECES = [
    "# ",
    "> ",
    "**Status:**",
    "**",
    "·",
    "|",
    "```",
    "<!--",
    "-->",
    "\n",
    "\n> note\n",
    "\n>\n",
    "\n> **Owner:** ",
    "[",
    "](",
    "\0",
]


def test_a_story() -> None:
    document = parse("stories/US0002-ask.md", STORY.encode(), Configuration())
    assert (document.type, document.doc_id, document.ref) == (
        "story",
        "US0002-ask",
        "US0002",
    )
    assert document.title == "US0002: Ask for a draught"
    assert document.status == "In Progress"
    assert (document.owner, document.priority, document.story_points) == (
        "Ines",
        "High",
        5,
    )
    assert (document.epic, document.story) == ("EP0001", None)


@pytest.mark.parametrize("source", [b"", b"no heading", b"\xff\xfe\x00", b"\0" * 10])
def test_title_of_a_document_without_heading_is_its_stem(source: bytes) -> None:
    assert parse("notes/Some Notes.MD", source, Configuration()).title == "Some Notes"


def test_invalid_utf8_is_marked() -> None:
    assert parse("a.md", b"# caf\xe9", Configuration()).title == "caf\ufffd"


@pytest.mark.parametrize(
    ("written", "points"),
    [
        ("3", 3),
        ("2.5", 2.5),
        (".5", 0.5),
        ("**8**", 8),
        ("8 (re-sized 2026-08-21)", 8),
        ("5pts", 5),
        ("3-5", 3),
        ("", None),
        ("five", None),
        ("1e9", None),
        ("-1", None),
    ],
)
def test_points_are_a_number_or_nothing(written: str, points: float | None) -> None:
    source = f"# T\n> **Points:** {written}".encode()
    assert parse("stories/US0001.md", source, Configuration()).story_points == points


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("# T\n\n## Estimation\n\n**Story Points:** 5\n**Story Points:** 8\n", 5),
        ("# T\n\n- **Story points**: 3 of 5", 3),
        ("# T\n\n```\n**Story Points:** 5\n```\n**Story Points:** 8", 8),
        ("# T\n\n<!--\n**Story Points:** 5\n-->", None),
        ("# T\n> **Story Points:** TBD\n\n**Story Points:** 5", None),
        ("# T\n> **Points:** 2\n\n**Story Points:** 5", 2),
        ("# T\n\n**Story Points:** TBD\n**Story Points:** 5", 5),
        ("# T\n\nThe **Story Points:** 5", None),
        ("# T\n\n**Points:** 5 beside it", 5),
    ],
)
def test_points_in_the_content(text: str, points: float | None) -> None:
    assert parse("stories/US0001.md", text.encode(), Configuration()).story_points == points


@pytest.mark.parametrize(
    ("written", "owner"),
    [
        ("Ines", "Ines"),
        ("TBD", None),
        ("**tbd**", None),
        ("Unassigned", None),
        ("{{owner}}", None),
        ("-", None),
        ("TBD by Ines", "TBD by Ines"),
    ],
)
def test_owner_or_a_placeholder(written: str, owner: str | None) -> None:
    source = f"# T\n> **Owner:** {written}".encode()
    assert parse("stories/US0001.md", source, Configuration()).owner == owner


@pytest.mark.parametrize("folder", ["stories/US", "bugs/BG", "change-requests/CR", "issues/IS"])
def test_types_with_criteria(folder: str) -> None:
    source = b"# T\n> **Status:** Done\n\n### AC1: x\n**Verified:** yes"
    document = parse(f"{folder}0001.md", source, Configuration())
    assert [criterion.id for criterion in document.criteria] == ["AC1"]
    assert document.criteria_counts == CriteriaCounts(total=1, verified=1)
    assert document.records_verification
    without = parse(f"{folder}0001.md", b"# T", Configuration())
    assert not without.records_verification
    assert (without.criteria, without.criteria_counts) == ((), CriteriaCounts())


@pytest.mark.parametrize("path", ["epics/EP0001.md", "prd.md", "stories/readme.md"])
def test_types_without_criteria(path: str) -> None:
    document = parse(path, b"# T\n\n### AC1: x", Configuration())
    assert (document.criteria, document.criteria_counts) == ((), None)


def test_note_is_content_and_is_read_for_mentions() -> None:
    source = b"# T\n> A note on US0009.\n>\n> **Status:** Done\n\ntext"
    document = parse("stories/US0001.md", source, Configuration())
    assert document.status == "Done"
    assert content(source, document.content_start).decode() == "> A note on US0009.\n>\n\ntext"
    assert [link.target for link in document.links] == ["US0009"]


def test_a_project_adds_statuses_of_its_own() -> None:
    added = configure({"status_vocab": {"story": ["Waiting for Weather"]}}, {})
    source = b"# T\n> **Status:** waiting for weather (storm)"
    assert parse("stories/US0001.md", source, added).status == "Waiting for Weather"


@given(any_of.lists(any_of.sampled_from(PIECES) | any_of.text(max_size=5), max_size=30))
@settings(max_examples=150)
def test_any_text_is_a_document(pieces: list[str]) -> None:
    source = "".join(pieces).encode("utf-8", "surrogatepass")
    document = parse("stories/US0001-x.md", source, Configuration())
    assert document.title
    document.title.encode()
    require_nothing_lost(source)


@given(any_of.binary(max_size=200))
def test_any_bytes_are_a_document(source: bytes) -> None:
    assert parse("x.md", source, Configuration()).doc_id == "x"
    require_nothing_lost(source)


def require_nothing_lost(source: bytes) -> None:
    """The lines of the head that are not content give the same title and fields by themselves."""
    document = parse("x.md", source, Configuration())
    text = decode(source)
    head, rest = text[: document.content_start], text[document.content_start :]
    shown = decode(content(source, document.content_start))
    assert document.content_length == len(shown.strip())
    note = shown.removesuffix(rest)
    assert note + rest == shown
    title_and_fields = without_lines(head, note)
    again = parse("x.md", title_and_fields.encode(), Configuration())
    assert (again.title, again.metadata) == (document.title, document.metadata) or not head


def without_lines(head: str, note: str) -> str:
    """HEAD without the lines of NOTE, which all are in it, in this order."""
    left = []
    lines = note.splitlines(keepends=True)
    for line in head.splitlines(keepends=True):
        if lines and line == lines[0]:
            lines.pop(0)
        else:
            left.append(line)
    assert not lines
    return "".join(left)


@given(
    any_of.dictionaries(
        any_of.sampled_from(["Status", "Owner", "Depends on", "Odd Thing", "Priority"]),
        any_of.text("abcUS0001,. \u00e9", min_size=1).map(str.strip).filter(bool),
        min_size=1,
    ),
    any_of.sampled_from(
        ["> **{}:** {}", "> **{}**: {}", ">**{}:** {}", "> - **{}:** {}", "**{}:** {}"]
    ),
    any_of.sampled_from(["\n", "\r\n", "\r"]),
)
def test_written_fields_are_read(fields: dict[str, str], form: str, end: str) -> None:
    lines = ["# Title", "", *(form.format(*field) for field in fields.items()), "", "text"]
    document = parse("x.md", end.join(lines).encode(), Configuration())
    shown = {"Status", "Owner", "Priority"}
    assert document.metadata == {key: value for key, value in fields.items() if key not in shown}
    assert content(end.join(lines).encode(), document.content_start).decode() == f"{end}text"


def test_references_aliases_and_mentions() -> None:
    source = b"""# US-01JQK3F8: After US0001

> **Epic:** [The window](../epics/EP0001-x.md)
> **Aliases:** US0002
> **Depends on:** US0003

US-01JQK3F8, once US0002, follows CR-0004 and US0003.
"""
    document = parse("stories/US-01JQK3F8-x.md", source, Configuration())
    assert (document.epic, document.aliases) == ("EP0001", ("US0002",))
    assert [(link.relation, link.target) for link in document.links] == [
        ("epic", "EP0001"),
        ("depends_on", "US0003"),
        ("mention", "US0001"),
        ("mention", "CR0004"),
        ("mention", "US0003"),
    ]


@pytest.mark.parametrize("end", ["_", "\n"])
@pytest.mark.parametrize(
    "piece",
    [
        "1", "-1", "-A", "A1", "US", "US1A", "US0001-", "0001_", "* ", "> ", "**a:** ", "](US0001",
        "/US0001", "[US0001](a.md)", "[x](", "US0001..",
    ],
)  # fmt: skip
def test_effort_grows_with_the_length_of_one_thing_alone(piece: str, end: str) -> None:
    many = piece * (30_000 // len(piece))
    start = time.thread_time()
    for text in (f"# T\n\n{many}{end}", f"# T\n> **Depends on:** {many}{end}"):
        assert parse("stories/US0001.md", text.encode(), Configuration()).title == "T"
    assert time.thread_time() - start < 0.5  # a quadratic one takes seconds


def test_effort_grows_with_the_length_of_a_link_alone() -> None:
    source = "# T\n\n[x](" + "/US0001" * 8000
    start = time.thread_time()
    assert parse("x.md", source.encode(), Configuration()).title == "T"
    assert time.thread_time() - start < 0.5  # without a longest path it takes seconds

"""Bytes become documents, whatever they are."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as any_of

from sdlc_lens.domain.documents.config import Configuration, configure
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


def test_bytes_that_are_no_utf8_are_marked() -> None:
    assert parse("a.md", b"# caf\xe9", Configuration()).title == "caf\ufffd"


@pytest.mark.parametrize(
    ("written", "points"),
    [
        ("3", 3),
        ("2.5", 2.5),
        (".5", 0.5),
        ("**8**", 8),
        ("five", None),
        ("1e9", None),
        ("-1", None),
    ],
)
def test_points_are_a_number_or_nothing(written: str, points: float | None) -> None:
    source = f"# T\n> **Points:** {written}".encode()
    assert parse("stories/US0001.md", source, Configuration()).story_points == points


def test_a_project_adds_statuses_of_its_own() -> None:
    added = configure({"status_vocab": {"story": ["Waiting for Weather"]}}, {})
    source = b"# T\n> **Status:** waiting for weather (storm)"
    assert parse("stories/US0001.md", source, added).status == "Waiting for Weather"
    assert "Done" in added.statuses("story")


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
    """Head and content cover the source; what makes the head long is title, block and no text."""
    document = parse("x.md", source, Configuration())
    text = decode(source)
    head, rest = text[: document.content_start], content(source, document.content_start)
    assert head + rest == text
    assert document.content_length == len(rest.strip())
    again = parse("x.md", head.encode(), Configuration())
    assert (again.title, again.metadata) == (document.title, document.metadata) or not head


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
    assert content(end.join(lines).encode(), document.content_start) == f"{end}text"


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


@pytest.mark.parametrize("end", ["_", "x", "", "\n"])
@pytest.mark.parametrize(
    "piece", ["1", "-1", "-A", "US", "US0001-", "0001_", "* ", "> ", "**a:** "]
)
def test_effort_grows_with_the_length_of_one_thing_alone(piece: str, end: str) -> None:
    many = piece * (200_000 // len(piece))
    start = time.thread_time()
    for text in (f"# T\n\n{many}{end}", f"# T\n> **Depends on:** {many}{end}"):
        assert parse("stories/US0001.md", text.encode(), Configuration()).title == "T"
    assert time.thread_time() - start < 10  # a quadratic one takes minutes

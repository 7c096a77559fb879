"""What documents point at."""

import pytest

from sdlc_lens.domain.documents.header import read_head
from sdlc_lens.domain.documents.references.links import Link, aliases, mentions, references


def links(*lines: str) -> list[tuple[str, str]]:
    head = read_head("# T\n\n" + "\n".join(f"> {line}" for line in lines))
    return [(link.relation, link.target) for link in references(head.entries)]


@pytest.mark.parametrize(
    ("name", "relation"),
    [
        ("Epic", "epic"),
        ("Story", "story"),
        ("Parent", "parent"),
        ("Depends on", "depends_on"),
        ("depends_on", "depends_on"),
        ("Depends-On", "depends_on"),
        ("Decomposed into", "decomposed_into"),
        ("Delivers", "delivers"),
        ("Supersedes", "supersedes"),
        ("Superseded By", "superseded_by"),
        ("Related", "related"),
        ("Change Request", "change_request"),
        ("RFC", "rfc"),
        ("Batch", "batch"),
        ("Test Spec", "test_spec"),
    ],
)
def test_relation_is_named_after_its_field(name: str, relation: str) -> None:
    assert links(f"**{name}:** see CR-0003") == [(relation, "CR0003")]


def test_targets_in_declared_order_and_once() -> None:
    line = "**Depends on:** US0002, us-0001; [[US0003]] and US0002"
    targets = ["US0002", "US0001", "US0003"]
    assert links(line) == [("depends_on", target) for target in targets]


@pytest.mark.parametrize(
    "value",
    [
        "EP0001",
        "[EP0001](x.md)",
        "[EP0001: Window](../epics/EP0001-window.md)",
        "[The window](../epics/EP0001-window.md)",
        "[](../epics/ep0001-window.md)",
        "**EP-0001** (the window)",
    ],
)
def test_link_gives_the_id_of_its_text_or_else_of_its_target(value: str) -> None:
    assert links(f"**Epic:** {value}") == [("epic", "EP0001")]


@pytest.mark.parametrize("value", ["", "-", "none", "2026-02-18", "later", "US001"])
def test_value_without_an_id_points_nowhere(value: str) -> None:
    assert links(f"**Superseded:** {value}") == []


def test_values_that_go_on_below() -> None:
    assert links("**Delivers:** US0001,", "US0002") == [
        ("delivers", "US0001"),
        ("delivers", "US0002"),
    ]


def test_aliases_are_no_references() -> None:
    text = "# T\n\n> **Aliases:** US0007, [CR-0003](x.md), US-0007"
    assert aliases(read_head(text).entries) == ("US0007", "CR0003")
    assert links("**Aliases:** US0007") == []


def test_mentions_in_the_order_of_first_occurrence_without_the_own() -> None:
    text = "US0002, then bg-0001, `US0002`, US0001 and ../plans/PL0004-x.md"
    assert mentions(text, {"US0001"}) == tuple(
        Link("mention", target) for target in ("US0002", "BG0001", "PL0004")
    )

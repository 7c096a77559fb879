"""References of documents, and the documents that they resolve to."""

from itertools import permutations

import pytest

from sdlc_lens.domain.documents.header import read_head
from sdlc_lens.domain.documents.references import (
    Candidate,
    Link,
    Meanings,
    aliases,
    mentions,
    parents,
    references,
)

AT_HOME = Candidate(1, "RFC0009", own=True, type="rfc", path="rfcs/RFC0009-b.md")
LATER_AT_HOME = Candidate(2, "RFC0009", own=True, type="rfc", path="rfcs/RFC0009-c.md")
ARCHIVED = Candidate(3, "RFC0009", own=True, type="rfc", path="rfcs/archive/RFC0009-z.md")
ALIAS_AT_HOME = Candidate(4, "RFC0009", own=False, type="rfc", path="rfcs/RFC-01JQK3F8-a.md")
DECISION = Candidate(5, "RFC0009", own=True, type="decision", path="decisions/rfc0009-ws4.md")
AT_THE_ROOT = Candidate(6, "RFC0009", own=True, type="rfc", path="RFC0009-a.md")
ELSEWHERE = Candidate(7, "RFC0009", own=True, type="other", path="bugs/RFC0009-a.md")
ALIAS_ELSEWHERE = Candidate(8, "RFC0009", own=False, type="story", path="a.md")
IN_ORDER = (
    AT_HOME,
    LATER_AT_HOME,
    ARCHIVED,
    ALIAS_AT_HOME,
    AT_THE_ROOT,
    ELSEWHERE,
    DECISION,
    ALIAS_ELSEWHERE,
)
MEANINGS = Meanings(
    Candidate(number, ref, own=True, type="story", path=f"{number}.md")
    for ref, number in {"US0001": 1, "US0002": 2, "EP0001": 11, "EP0002": 12, "RFC0001": 21}.items()
)


def links(*lines: str) -> list[tuple[str, str]]:
    head = read_head("# T\n\n" + "\n".join(f"> {line}" for line in lines))
    return [(link.relation, link.target) for link in references(head.entries, "stories")]


def pointed(value: str) -> list[tuple[str, str | None]]:
    """The targets and paths in a field of a document in `stories`."""
    head = read_head(f"# T\n\n> **Epic:** {value}")
    return [(link.target, link.path) for link in references(head.entries, "stories")]


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
def test_value_without_an_id_is_not_a_reference(value: str) -> None:
    assert links(f"**Superseded:** {value}") == []


def test_values_that_go_on_below() -> None:
    assert links("**Delivers:** US0001,", "US0002") == [
        ("delivers", "US0001"),
        ("delivers", "US0002"),
    ]


def test_aliases_are_not_references() -> None:
    text = "# T\n\n> **Aliases:** US0007, [CR-0003](x.md), US-0007"
    assert aliases(read_head(text).entries) == ("US0007", "CR0003")
    assert links("**Aliases:** US0007") == []


def test_mentions_in_the_order_of_first_occurrence_without_the_own() -> None:
    text = "US0002, then bg-0001, `US0002`, US0001 and ../plans/PL0004-x.md"
    assert mentions(text, {"US0001"}, "") == tuple(
        Link("mention", target) for target in ("US0002", "BG0001", "PL0004")
    )


def test_every_one_beats_the_next_in_any_order() -> None:
    for position, expected in enumerate(IN_ORDER):
        for rivals in permutations(IN_ORDER[position : position + 3]):
            assert Meanings(rivals).get("RFC0009") == expected.id
        assert Meanings(IN_ORDER[position:]).get("RFC0009") == expected.id


def test_each_ref_has_its_own_winner() -> None:
    story = Candidate(9, "US0001", own=True, type="story", path="stories/US0001-x.md")
    meanings = Meanings([story, DECISION])
    assert [meanings.get(ref) for ref in ("US0001", "RFC0009", "US0002")] == [9, 5, None]
    assert list(meanings.winners()) == [9, 5]


def test_ref_of_no_type() -> None:
    candidate = Candidate(1, "XY0001", own=False, type="other", path="b.md")
    assert Meanings([candidate]).get("XY0001") == 1


def test_range_is_expanded_in_a_field_and_not_in_text() -> None:
    assert [target for target, _ in pointed("BG0012-BG0014")] == ["BG0012", "BG0013", "BG0014"]
    assert [link.target for link in mentions("BG0012-BG0014", (), "")] == ["BG0012", "BG0014"]


def test_candidate_is_certain_once_it_is_written_with_its_hyphen() -> None:
    assert mentions("US01M0GM0R", (), "") == (Link("mention", "US01M0GM0R", None, True),)
    assert mentions("US01M0GM0R, US-01M0GM0R", (), "") == (Link("mention", "US01M0GM0R"),)
    assert mentions("US01M0GM0R", {"US01M0GM0R"}, "") == ()


def test_candidate_that_no_document_has_is_not_a_parent() -> None:
    unknown = Link("story", "US01M0GM0R", None, True)
    assert parents(1, [unknown, Link("epic", "EP0001")], MEANINGS) == [11]
    story = Candidate(5, "US01M0GM0R", own=True, type="story", path="5.md")
    epic = Candidate(11, "EP0001", own=True, type="epic", path="11.md")
    assert parents(1, [unknown, Link("epic", "EP0001")], Meanings([story, epic])) == [5]


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ([], []),
        ([("story", "US0002"), ("epic", "EP0001"), ("parent", "RFC0001")], [2]),
        ([("parent", "RFC0001"), ("epic", "EP0001")], [11]),
        ([("parent", "RFC0001"), ("depends_on", "EP0001")], [21]),
        ([("epic", "EP0002"), ("epic", "EP0001"), ("epic", "EP0002")], [12, 11]),
        ([("story", "US0009"), ("epic", "EP0001")], []),
        ([("story", "US0009"), ("story", "US0002")], [2]),
        ([("story", "US0001"), ("epic", "EP0001")], [11]),
        ([("story", "US0001")], []),
        ([("mention", "EP0001"), ("related", "EP0001")], []),
    ],
)
def test_the_first_field_that_names_another_document_decides(
    references: list[tuple[str, str]], expected: list[int]
) -> None:
    assert parents(1, [Link(*named) for named in references], MEANINGS) == expected

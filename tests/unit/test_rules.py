"""Every rule of the health check, broken and kept."""

import json
from collections.abc import Iterable

import pytest
from support.corpora import facts, healthy

from sdlc_lens.domain.checks.corpus import Corpus, Facts
from sdlc_lens.domain.checks.report import examine
from sdlc_lens.domain.checks.rules.table import RULES
from sdlc_lens.domain.documents.references import Link

PROMISED = {
    "MISSING_PRD": ("critical", "completeness"),
    "MISSING_TRD": ("high", "completeness"),
    "EPIC_NO_STORIES": ("high", "completeness"),
    "MISSING_PLAN": ("medium", "completeness"),
    "MISSING_TEST_SPEC": ("medium", "completeness"),
    "STORY_NO_EPIC": ("high", "consistency"),
    "PLAN_NO_STORY": ("medium", "consistency"),
    "TEST_SPEC_NO_STORY": ("medium", "consistency"),
    "ORPHAN_REFERENCE": ("medium", "consistency"),
    "AMBIGUOUS_ID": ("medium", "integrity"),
    "STATUS_MISMATCH": ("low", "consistency"),
    "STALE_ARTEFACT_STATUS": ("low", "consistency"),
    "UNTRIAGED_INBOX": ("low", "consistency"),
    "MISSING_STATUS": ("high", "quality"),
    "MISSING_OWNER": ("medium", "quality"),
    "MISSING_PRIORITY": ("low", "quality"),
    "MISSING_STORY_POINTS": ("low", "quality"),
    "DUPLICATE_DOC_ID": ("critical", "integrity"),
    "DONE_UNVERIFIED": ("medium", "quality"),
    "EMPTY_CONTENT": ("high", "integrity"),
    "STALE_DOCUMENT": ("low", "integrity"),
}
ENDED = facts("US0001", "Done", epic="EP0001")
STORY_2 = facts("US0002", epic="EP0001")
RECORDING = {"records_verification": True}
UNPROVEN = {"is_unproven": True, "records_verification": True}
NOT_RECORDED = {"is_unproven": True}
CANDIDATE = Link("related", "US01M0GM0R", None, True)

# Rule, what is added to a healthy workspace, and the documents of each finding: ids or paths.
BROKEN: list[tuple[str, list[Facts], list[str]]] = [
    ("EPIC_NO_STORIES", [facts("EP0002")], ["EP0002"]),
    ("EPIC_NO_STORIES", [facts("EP0002"), facts("BG0001", epic="EP0002")], ["EP0002"]),
    ("EPIC_NO_STORIES", [facts("EP0002"), facts("US0002", related="EP0002")], ["EP0002"]),
    ("MISSING_PLAN", [STORY_2], ["US0002"]),
    ("MISSING_PLAN", [facts("US0002", None, epic="EP0001")], ["US0002"]),
    ("MISSING_PLAN", [facts("PL0001", "Superseded", story="US0001")], ["US0001"]),
    ("MISSING_PLAN", [STORY_2, facts("PL0002", related="US0002")], ["US0002"]),
    ("MISSING_TEST_SPEC", [STORY_2], ["US0002"]),
    ("MISSING_TEST_SPEC", [facts("TS0001", "Superseded", story="US0001")], ["US0001"]),
    ("MISSING_TEST_SPEC", [facts("TS0001", "Superseded", epic="EP0001")], ["US0001"]),
    ("STORY_NO_EPIC", [facts("US0001")], ["US0001"]),
    ("STORY_NO_EPIC", [facts("US0001", parent="US0002"), STORY_2], ["US0001"]),
    ("PLAN_NO_STORY", [facts("PL0002", epic="EP0001")], ["PL0002"]),
    ("TEST_SPEC_NO_STORY", [facts("TS0002", related="US0001")], ["TS0002"]),
    ("ORPHAN_REFERENCE", [facts("BG0001", epic="EP0009")], ["BG0001"]),
    ("ORPHAN_REFERENCE", [facts("BG0001", depends_on="US0008 US0009")], ["BG0001", "BG0001"]),
    ("ORPHAN_REFERENCE", [facts("prd.md", related="US0008")], ["prd"]),
    (
        "AMBIGUOUS_ID",
        [facts("bugs/BG0001-a.md"), facts("bugs/BG-0001-b.md"), facts("bugs/BG0002-b.md")],
        ["BG-0001-b BG0001-a"],
    ),
    ("STATUS_MISMATCH", [facts("EP0001", "Done")], ["EP0001 US0001"]),
    ("STATUS_MISMATCH", [facts("EP0001", "Done"), STORY_2], ["EP0001 US0001 US0002"]),
    ("STATUS_MISMATCH", [facts("EP0001", "Done"), ENDED, STORY_2], ["EP0001 US0002"]),
    ("STALE_ARTEFACT_STATUS", [ENDED], ["PL0001", "TS0001"]),
    ("UNTRIAGED_INBOX", [facts("CR0001", "inbox")], ["CR0001"]),
    ("MISSING_STATUS", [facts("EP0001", None)], ["EP0001"]),
    (
        "MISSING_STATUS",
        [facts("BG0001", None), facts("charters/SC0001.md", None)],
        ["BG0001", "SC0001"],
    ),
    ("MISSING_OWNER", [facts("US0001", epic="EP0001", owner=None)], ["US0001"]),
    ("MISSING_OWNER", [facts("EP0001", owner=None)], ["EP0001"]),
    ("MISSING_PRIORITY", [facts("US0001", epic="EP0001", priority=None)], ["US0001"]),
    ("MISSING_STORY_POINTS", [facts("US0001", epic="EP0001", story_points=None)], ["US0001"]),
    (
        "DUPLICATE_DOC_ID",
        [facts("bugs/archive/BG0001.md"), facts("bugs/BG0001.md")],
        ["BG0001 BG0001"],
    ),
    ("DUPLICATE_DOC_ID", [facts("old/prd.md"), facts("older/PRD.md")], ["prd prd prd"]),
    ("EMPTY_CONTENT", [facts("prd.md", content_length=49)], ["prd"]),
    ("DONE_UNVERIFIED", [facts("US0001", "Done", **UNPROVEN)], ["US0001"]),
    (
        "DONE_UNVERIFIED",
        [
            facts("US0002", "Done", **NOT_RECORDED),
            facts("US0003", "Draft", **RECORDING),
        ],
        ["US0002"],
    ),
    (
        "ORPHAN_REFERENCE",
        [facts("reports/RPT0001-x.md"), facts("BG0001", related="RPT0002")],
        ["BG0001"],
    ),
    ("MISSING_STATUS", [facts("code-plans/US0046-x.md", None)], ["US0046"]),
    ("STALE_DOCUMENT", [], ["EP0001 PL0001 US0001 TS0001"]),
]
KEPT: list[tuple[str, list[Facts]]] = [
    ("EPIC_NO_STORIES", [facts("EP0002", aliases="EP0009"), facts("US0002", epic="EP0009")]),
    ("EPIC_NO_STORIES", [facts("EP0002"), facts("US0002", parent="EP0002")]),
    ("EPIC_NO_STORIES", [facts("EP0002"), facts("US0002", "Done", epic="EP0001 EP0002")]),
    ("MISSING_PLAN", [facts("US0002", "Done")]),
    ("MISSING_PLAN", [facts("PL0001", "Complete", story="US0001")]),
    ("MISSING_PLAN", [facts("PL0001", None, story="US0001")]),
    ("MISSING_PLAN", [STORY_2, facts("PL0001", story="US0001 US0002")]),
    ("MISSING_TEST_SPEC", [facts("US0002", "Done", epic="EP0001")]),
    ("MISSING_TEST_SPEC", [facts("TS0001", epic="EP0001"), STORY_2]),
    ("STORY_NO_EPIC", [facts("US0001", epic="EP0009")]),
    ("STORY_NO_EPIC", [facts("US0001", parent="EP0001")]),
    ("PLAN_NO_STORY", [facts("PL0001", story="US0009")]),
    ("PLAN_NO_STORY", [facts("PL0001", stories="US0001 US0002")]),
    ("TEST_SPEC_NO_STORY", [facts("TS0001", epic="EP0001")]),
    ("TEST_SPEC_NO_STORY", [facts("TS0001", story="US0001")]),
    ("ORPHAN_REFERENCE", [facts("RETRO0001", batch="US0009"), facts("RV0001", related="US0009")]),
    ("ORPHAN_REFERENCE", [facts("decisions/one.md", related="US0009")]),
    ("ORPHAN_REFERENCE", [facts("BG0001", aliases="BG0009"), facts("BG0002", related="BG0009")]),
    ("AMBIGUOUS_ID", [facts("retros/RETRO0001-a.md"), facts("retros/RETRO0001-b.md")]),
    ("AMBIGUOUS_ID", [facts("BG0001"), facts("decisions/BG0001.md"), facts("bugs/EP0001.md")]),
    ("STATUS_MISMATCH", [facts("EP0001", "Done"), ENDED]),
    (
        "STALE_ARTEFACT_STATUS",
        [ENDED, STORY_2, facts("PL0001", story="US0001 US0002"), facts("TS0001", story="US0002")],
    ),
    ("STALE_ARTEFACT_STATUS", [facts("PL0001", story="US0009"), facts("TS0001", epic="EP0001")]),
    ("UNTRIAGED_INBOX", [facts("CR0001", "Proposed")]),
    ("MISSING_STATUS", [facts("RETRO0001", None), facts("notes.md", None), facts("tsd.md", None)]),
    (
        "MISSING_OWNER",
        [facts("EP0001", owner=None), facts("US0001", owner=None), facts("BG0001")],
    ),
    ("MISSING_PRIORITY", [facts("US0001", "Done", priority=None)]),
    ("MISSING_PRIORITY", [facts("EP0001", priority=None)]),
    ("MISSING_STORY_POINTS", [facts("US0001", "Superseded", story_points=None)]),
    ("MISSING_STORY_POINTS", [facts("US0001", story_points=0.0)]),
    (
        "DUPLICATE_DOC_ID",
        [facts("bugs/BG0001.md"), facts("decisions/BG0001.md"), facts("readme.md")],
    ),
    ("EMPTY_CONTENT", [facts("prd.md", content_length=50)]),
    ("DONE_UNVERIFIED", [facts("US0001", "Done", **RECORDING)]),
    ("DONE_UNVERIFIED", [facts("US0001", "Done", **NOT_RECORDED)]),
    (
        "DONE_UNVERIFIED",
        [
            facts("BG0001", "Fixed", **RECORDING),
            facts("US0001", "Done", **NOT_RECORDED),
        ],
    ),
    ("DUPLICATE_DOC_ID", [facts("readme.md"), facts("old/readme.md"), facts("stories/readme.md")]),
    ("ORPHAN_REFERENCE", [facts("BG0001", references=(CANDIDATE,))]),
    ("ORPHAN_REFERENCE", [facts("reports/RPT0001-x.md", related="US0009")]),
    ("AMBIGUOUS_ID", [facts("reports/RPT0001-a.md"), facts("reports/RPT0001-b.md")]),
    ("STATUS_MISMATCH", [facts("EP0001", "Done"), facts("US0001", "Complete", epic="EP0001")]),
]


def findings(rule_id: str, corpus: Corpus) -> list[dict[str, object]]:
    outcomes = {outcome.rule.id: outcome for outcome in examine(corpus, "now").outcomes}
    return [json.loads(finding) for finding in outcomes[rule_id].findings]


def affected(found: Iterable[dict[str, object]]) -> list[str]:
    """The documents of each finding, without the part of their names that is always the same."""
    return [
        " ".join(document["doc_id"].removesuffix("-x") for document in documents)
        for finding in found
        if isinstance(documents := finding["affected_documents"], list)
    ]


def test_the_table_is_the_promised_one() -> None:
    assert {rule.id: (rule.severity, rule.category) for rule in RULES} == PROMISED


def test_a_healthy_workspace_breaks_no_rule() -> None:
    broken = [outcome.rule.id for outcome in examine(healthy(), "now").outcomes if outcome.findings]
    assert broken == ["STALE_DOCUMENT"]  # which is left out until it is due


@pytest.mark.parametrize(("rule_id", "documents", "expected"), BROKEN)
def test_broken(rule_id: str, documents: list[Facts], expected: list[str]) -> None:
    found = findings(rule_id, healthy(*documents))
    assert affected(found) == expected
    for finding in found:
        assert (finding["rule_id"], finding["severity"]) == (rule_id, PROMISED[rule_id][0])
        assert finding["message"]
        assert finding["suggested_fix"]


@pytest.mark.parametrize(("rule_id", "documents"), KEPT)
def test_kept(rule_id: str, documents: list[Facts]) -> None:
    assert findings(rule_id, healthy(*documents)) == []


@pytest.mark.parametrize("type_name", ["prd", "trd"])
def test_missing_singleton(type_name: str) -> None:
    rule_id = f"MISSING_{type_name.upper()}"
    others = [document for document in healthy().documents if document.type != type_name]
    (finding,) = findings(rule_id, Corpus(others))
    assert f"{type_name}.md" in str(finding["message"])
    assert finding["affected_documents"] == []
    assert findings(rule_id, Corpus([])) == []


def test_every_rule_is_tested_both_ways() -> None:
    own_tests = {"MISSING_PRD", "MISSING_TRD"}
    assert {rule_id for rule_id, *_ in BROKEN} | own_tests == set(PROMISED)
    assert {rule_id for rule_id, _ in KEPT} | own_tests == set(PROMISED) - {"STALE_DOCUMENT"}
    ended = Corpus([facts("EP0001", "Done"), facts("RETRO0001"), facts("prd.md")])
    assert findings("STALE_DOCUMENT", ended) == []


def test_messages_name_the_problem() -> None:
    (orphan,) = findings("ORPHAN_REFERENCE", healthy(facts("BG0001", depends_on="US0009")))
    assert orphan["message"] == (
        "bugs/BG0001-x.md names US0009 in its field `depends on`: there is none"
    )
    (mismatch,) = findings("STATUS_MISMATCH", healthy(facts("EP0001", "Done")))
    assert "US0001-x (Draft)" in str(mismatch["message"])
    (twice,) = findings("AMBIGUOUS_ID", healthy(facts("stories/US0001-y.md", "Done")))
    assert "stories/US0001-x.md, stories/US0001-y.md" in str(twice["message"])


def test_path_of_a_link_decides_which_epic_a_story_names() -> None:
    linked = Link("epic", "EP0002", "epics/EP0002-scanning.md")
    rivals = facts("epics/EP0002-a-report.md"), facts("epics/EP0002-scanning.md")
    by_path = healthy(*rivals, facts("US0002", references=(linked,)))
    assert affected(findings("EPIC_NO_STORIES", by_path)) == ["EP0002-a-report"]
    assert findings("STORY_NO_EPIC", by_path) == []
    by_id = healthy(*rivals, facts("US0002", epic="EP0002"))
    assert affected(findings("EPIC_NO_STORIES", by_id)) == ["EP0002-scanning"]


def test_candidate_names_its_document_once_there_is_one() -> None:
    story = facts("US0002", references=(Link("epic", "EP01M0GM0R", None, True),))
    assert affected(findings("STORY_NO_EPIC", healthy(story))) == ["US0002"]
    epic = facts("epics/EP-01M0GM0R-x.md")
    assert findings("STORY_NO_EPIC", healthy(story, epic)) == []
    assert findings("EPIC_NO_STORIES", healthy(story, epic)) == []


def test_reference_with_two_paths_is_one_finding() -> None:
    twice = tuple(Link("related", "US0009", path) for path in ("a.md", "b.md"))
    (orphan,) = findings("ORPHAN_REFERENCE", healthy(facts("BG0001", references=twice)))
    assert "US0009" in str(orphan["message"])

"""Reports: summary, score, grade, gate, and their stored form."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from support.corpora import facts, healthy

from sdlc_lens.clock import stamp
from sdlc_lens.domain.checks.corpus import Corpus, Facts
from sdlc_lens.domain.checks.finding import Severity
from sdlc_lens.domain.checks.report import examine, from_text, to_text

IDS = some.sampled_from(["EP0001", "EP0002", "US0001", "US0002", "PL0001", "TS0001", "RETRO0001"])
FOLDERS = some.sampled_from(["", "stories/", "epics/", "plans/", "old/stories/", "decisions/"])
DOCUMENTS = some.builds(
    lambda folder, ref, slug, status, targets, length: facts(
        f"{folder}{ref}-{slug}.md", status, content_length=length, **targets
    ),
    FOLDERS,
    IDS,
    some.sampled_from("ab"),
    some.sampled_from([None, "Draft", "Done", "Superseded", "inbox"]),
    some.dictionaries(some.sampled_from(["epic", "story", "parent", "related", "aliases"]), IDS),
    some.integers(0, 99),
)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_healthy() -> None:
    report = examine(healthy(), "now").without_stale()
    assert (report.total_documents, report.score, report.failed_by) == (6, 100, [])
    assert report.summary == dict.fromkeys(Severity, 0)


def test_empty() -> None:
    report = examine(Corpus([]), "now")
    assert (report.total_documents, report.score, report.failed_by) == (0, 100, [])
    assert all(not outcome.checked for outcome in report.outcomes)


def test_score_is_100_less_15_5_2_and_1() -> None:
    corpus = healthy(
        facts("old/prd.md"),  # critical
        facts("EP0002"),  # high
        facts("US0002", epic="EP0001", priority=None),  # twice medium, low
    )
    report = examine(corpus, "now").without_stale()
    assert list(report.summary.values()) == [1, 1, 2, 1]
    assert report.score == 100 - 15 - 5 - 2 * 2 - 1
    assert report.failed_by == ["DUPLICATE_DOC_ID", "EPIC_NO_STORIES"]


def test_grade_is_the_weighed_share_of_what_is_in_order() -> None:
    assert examine(healthy(), "now").grade == 100.0
    assert examine(Corpus([]), "now").grade == 100.0
    report = examine(Corpus([facts("prd.md"), facts("BG0001", None, content_length=1)]), "now")
    checked = {
        outcome.rule.id: (outcome.checked, len(outcome.findings))
        for outcome in report.outcomes
        if outcome.checked
    }
    assert checked == {
        "MISSING_PRD": (1, 0),
        "DUPLICATE_DOC_ID": (2, 0),
        "MISSING_TRD": (1, 1),
        "MISSING_STATUS": (1, 1),
        "EMPTY_CONTENT": (2, 1),
        "AMBIGUOUS_ID": (1, 0),
        "UNTRIAGED_INBOX": (1, 0),
        "STALE_DOCUMENT": (1, 1),
    }
    assert report.grade == round(100 * (15 + 15 + 5 * 0.5 + 2 + 1) / (15 + 15 + 15 + 2 + 1), 1)


def test_score_does_not_fall_below_0() -> None:
    corpus = healthy(*(facts(f"EP{number:04}") for number in range(2, 40)))
    assert examine(corpus, "now").score == 0


def test_medium_and_low_pass_the_gate() -> None:
    report = examine(healthy(facts("US0002", epic="EP0001")), "now")
    assert report.summary[Severity.MEDIUM]
    assert report.failed_by == []


def test_rules_count_their_checks() -> None:
    report = examine(healthy(facts("US0002", "Done", epic="EP0001")), "now")
    checked = {outcome.rule.id: outcome.checked for outcome in report.outcomes}
    assert checked["MISSING_PRD"] == 1
    assert checked["STORY_NO_EPIC"] == 2
    assert checked["MISSING_PLAN"] == 1
    assert checked["ORPHAN_REFERENCE"] == 6
    assert checked["EMPTY_CONTENT"] == 7


def test_heavy_rules_come_first() -> None:
    weights = list(Severity)
    order = [weights.index(outcome.rule.severity) for outcome in examine(healthy(), "").outcomes]
    assert order == sorted(order)


def test_stored_report_is_the_same() -> None:
    titled = facts("EP0002", title='two\nlines \u2028 "quoted" \x00 and more')
    report = examine(healthy(titled, facts("EP0003")), "2026-03-01T00:00:00.000Z")
    assert from_text(to_text(report)) == report
    assert from_text(to_text(report.without_stale())) == report.without_stale()


@pytest.mark.parametrize(
    ("age", "stale"), [(timedelta(days=30), False), (timedelta(days=30, seconds=1), True)]
)
def test_stale_after_30_days(age: timedelta, stale: bool) -> None:
    report = examine(healthy(), "")
    shown = report.as_of(stamp(NOW - age), NOW)
    assert shown == (report if stale else report.without_stale())
    assert shown.summary[Severity.LOW] == stale


def test_never_synced_is_not_stale() -> None:
    report = examine(healthy(), "")
    assert report.as_of(None, NOW) == report.without_stale()


def test_first_line_of_a_stored_report_gives_all_figures() -> None:
    report = examine(healthy(facts("EP0002"), facts("BG0001", None)), "2026-03-01T00:00:00.000Z")
    assert report.failed_by
    assert from_text(to_text(report).split("\n")[0]).figures == report.figures


@given(some.lists(DOCUMENTS, max_size=12, unique_by=lambda document: document.path))
def test_any_workspace_has_a_report(documents: list[Facts]) -> None:
    report = examine(Corpus(documents), "now")
    assert report.total_documents == len(documents)
    assert 0 <= report.score <= 100
    assert sum(report.summary.values()) == sum(len(rule.findings) for rule in report.outcomes)
    assert all(len(rule.findings) <= rule.checked for rule in report.outcomes)
    assert bool(report.failed_by) == bool(
        report.summary[Severity.CRITICAL] or report.summary[Severity.HIGH]
    )
    assert from_text(to_text(report)) == report
    assert examine(Corpus(reversed(documents)), "now") == report

"""The report of a health check: outcomes of rules, score, grade and gate.

A report is the same for one state of the documents, whenever it is asked for. What also depends on
the date is found as if it were due, and left out by `without_stale` until it is.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sdlc_lens.domain.checks.corpus import Corpus, Facts
from sdlc_lens.domain.checks.finding import Failure, Rule, Severity
from sdlc_lens.domain.checks.rules.table import RULES, STALE_DOCUMENT

STALE_AFTER = timedelta(days=30)
BEST_SCORE = 100
PENALTIES = {
    Severity.CRITICAL: 15,
    Severity.HIGH: 5,
    Severity.MEDIUM: 2,
    Severity.LOW: 1,
}
GATE = frozenset({Severity.CRITICAL, Severity.HIGH})


@dataclass(frozen=True)
class Outcome:
    """The result of one rule: the number of its checks, of failures, and the findings.

    Each finding is JSON, since there may be thousands, and ASCII, since a text with an emoji takes
    four bytes for each character.
    """

    rule: Rule
    checked: int
    failed: int
    findings: tuple[str, ...]

    @property
    def figures(self) -> dict[str, object]:
        """The outcome without its findings."""
        return {
            "id": self.rule.id,
            "severity": self.rule.severity,
            "category": self.rule.category,
            "checked": self.checked,
            "failed": self.failed,
        }


@dataclass(frozen=True)
class Report:
    """The result of a health check: one outcome for each rule, most severe first."""

    total_documents: int
    checked_at: str
    outcomes: tuple[Outcome, ...]

    @property
    def summary(self) -> dict[Severity, int]:
        """The number of findings by severity."""
        counts = dict.fromkeys(Severity, 0)
        for outcome in self.outcomes:
            counts[outcome.rule.severity] += outcome.failed
        return counts

    @property
    def score(self) -> int:
        """100 for a workspace without findings, and less for each."""
        lost = sum(PENALTIES[severity] * count for severity, count in self.summary.items())
        return max(0, BEST_SCORE - lost)

    @property
    def grade(self) -> float:
        """The share of passed checks in per cent, weighted by severity."""
        shares = [
            (PENALTIES[outcome.rule.severity], 1 - outcome.failed / outcome.checked)
            for outcome in self.outcomes
            if outcome.checked and outcome.rule is not STALE_DOCUMENT
        ]
        whole = sum(weight for weight, _ in shares)
        kept = sum(weight * share for weight, share in shares)
        return round(100 * kept / whole, 1) if whole else float(BEST_SCORE)

    @property
    def failed_by(self) -> list[str]:
        """The rules that fail the gate; it is passed when there are none."""
        return [
            outcome.rule.id
            for outcome in self.outcomes
            if outcome.failed and outcome.rule.severity in GATE
        ]

    @property
    def figures(self) -> dict[str, object]:
        """The report without its findings."""
        return {
            "checked_at": self.checked_at,
            "total_documents": self.total_documents,
            "summary": self.summary,
            "score": self.score,
            "grade": self.grade,
            "gate": {"passed": not self.failed_by, "failed_by": self.failed_by},
            "rules": [outcome.figures for outcome in self.outcomes],
        }

    def as_of(self, last_synced_at: str | None, now: datetime) -> "Report":
        """The report as of NOW for a workspace that was last synced at LAST_SYNCED_AT."""
        then = None if last_synced_at is None else datetime.fromisoformat(last_synced_at)
        return self if then and now - then > STALE_AFTER else self.without_stale()

    def without_stale(self) -> "Report":
        """The report without the finding that the workspace is stale."""
        outcomes = (
            replace(outcome, failed=0, findings=()) if outcome.rule is STALE_DOCUMENT else outcome
            for outcome in self.outcomes
        )
        return replace(self, outcomes=tuple(outcomes))


def examine(corpus: Corpus, checked_at: str) -> Report:
    """Apply every rule to CORPUS."""
    outcomes = tuple(_outcome(rule, corpus) for rule in RULES)
    return Report(len(corpus.documents), checked_at, outcomes)


def to_text(report: Report) -> str:
    """The stored form of REPORT: one line of JSON with its figures, then one for each finding."""
    head = {
        "total_documents": report.total_documents,
        "checked_at": report.checked_at,
        "rules": [
            (outcome.rule.id, outcome.checked, outcome.failed) for outcome in report.outcomes
        ],
    }
    lines = (finding for outcome in report.outcomes for finding in outcome.findings)
    return "\n".join([json.dumps(head), *lines])


def from_text(text: str) -> Report:
    """The report that `to_text` made into TEXT, its findings unparsed.

    The first line of TEXT gives all but the findings.
    """
    first, *lines = text.split("\n")
    head = json.loads(first)
    outcomes, start = [], 0
    for (_, checked, failed), rule in zip(head["rules"], RULES, strict=True):
        findings = tuple(lines[start : start + failed])
        outcomes.append(Outcome(rule, checked, failed, findings))
        start += failed
    return Report(head["total_documents"], head["checked_at"], tuple(outcomes))


def _outcome(rule: Rule, corpus: Corpus) -> Outcome:
    checks = list(rule.check(corpus))
    findings = tuple(_findings(rule, filter(None, checks)))
    return Outcome(rule, len(checks), len(findings), findings)


def _findings(rule: Rule, failures: Iterable[Failure]) -> Iterable[str]:
    for failure in failures:
        finding = {
            "rule_id": rule.id,
            "severity": rule.severity,
            "category": rule.category,
            "message": failure.message,
            "affected_documents": [_affected(document) for document in failure.documents],
            "suggested_fix": rule.fix,
        }
        yield json.dumps(finding)


def _affected(document: Facts) -> dict[str, str]:
    return {
        "doc_id": document.doc_id,
        "doc_type": document.type,
        "title": document.title,
        "path": document.path,
    }

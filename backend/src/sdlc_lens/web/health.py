"""The health check: what is wrong with the documents?"""

import json
from collections.abc import Iterator
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.domain.checks.finding import Category, Severity
from sdlc_lens.domain.checks.report import Outcome
from sdlc_lens.domain.checks.rules.table import RULES
from sdlc_lens.domain.statistics import Count, summarise
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.projects import get_project
from sdlc_lens.web.figures import Gathered
from sdlc_lens.web.forms import values
from sdlc_lens.web.render import page, table

MOST_SHOWN = 20
_FILTERS = {
    "severity": tuple(severity.value for severity in Severity),
    "category": tuple(category.value for category in Category),
    "rule": tuple(rule.id for rule in RULES),
}
_CSV = ("rule", "severity", "category", "finding", "what to do", "documents")


class Affected(NamedTuple):
    """A document that a finding is about."""

    type: str
    doc_id: str
    path: str
    title: str


async def health(request: Request, counted: Gathered[list[Count], []]) -> Response:
    """The page: the first findings of each rule, or all of one rule that is asked for."""
    slug = request.path_params["slug"]
    chosen = {name: _chosen(request, name) for name in _FILTERS}
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        statistics = summarise(await counted.get(session, project))
    report = await request.app.state.health_checks.report(slug)
    asked = [outcome for outcome in report.outcomes if outcome.failed and _passes(outcome, chosen)]
    if request.query_params.get("format") == "csv":
        return table(request, f"{slug}-findings", _CSV, _lines(asked))
    most = MOST_SHOWN if len(chosen["rule"]) != 1 else None
    return page(
        request,
        "health/page.html",
        project=project,
        tab="health",
        report=report,
        statistics=statistics,
        groups=[
            (outcome, [_finding(finding) for finding in outcome.findings[:most]])
            for outcome in asked
        ],
        shown=sum(outcome.failed for outcome in asked),
        total=sum(report.summary.values()),
        filters=_FILTERS,
        chosen=chosen,
        by_id={rule.id: rule for rule in RULES},
    )


def _chosen(request: Request, name: str) -> list[str]:
    found = values(request.query_params, name)
    for value in found:
        if value not in _FILTERS[name]:
            raise Invalid(f"{name}: unknown value {value!r}. Choose one of the filter's values")
    return found


def _passes(outcome: Outcome, chosen: dict[str, list[str]]) -> bool:
    rule = outcome.rule
    own = {"severity": rule.severity.value, "category": rule.category.value, "rule": rule.id}
    return all(not wanted or own[name] in wanted for name, wanted in chosen.items())


def _finding(text: str) -> tuple[str, list[Affected]]:
    """What a finding says, and the documents that it is about."""
    finding = json.loads(text)
    documents = [
        Affected(found["doc_type"], found["doc_id"], found["path"], found["title"])
        for found in finding["affected_documents"]
    ]
    return finding["message"], documents


def _lines(outcomes: list[Outcome]) -> Iterator[tuple[str, ...]]:
    for outcome in outcomes:
        for text in outcome.findings:
            message, documents = _finding(text)
            paths = " ".join(document.path for document in documents)
            rule = outcome.rule
            yield (rule.id, rule.severity, rule.category, message, rule.fix, paths)

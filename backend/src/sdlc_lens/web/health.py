"""The health check: what is wrong with the documents?"""

import json
import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.domain.checks.finding import Category, Severity
from sdlc_lens.domain.checks.report import Outcome
from sdlc_lens.domain.checks.rules.table import RULES
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.projects import get_project
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.figures import Counted, Gathered
from sdlc_lens.web.forms import values
from sdlc_lens.web.render import environment, page, table

MOST_SHOWN = 20
MOST_KEPT = 1000
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


async def health(request: Request, counted: Gathered[Counted, []]) -> Response:
    """The page: the first findings of each rule, or all of one rule that is asked for."""
    slug = request.path_params["slug"]
    chosen = {name: _chosen(request, name) for name in _FILTERS}
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        statistics = (await counted.get(session, project)).statistics
    report = await request.app.state.health_checks.report(slug)
    asked = [outcome for outcome in report.outcomes if outcome.failed and _passes(outcome, chosen)]
    if request.query_params.get("format") == "csv":
        return table(request, f"{slug}-findings", _CSV, _lines(asked))
    home = project_address(root(request), slug)
    most = MOST_SHOWN if len(chosen["rule"]) != 1 else None
    return page(
        request,
        "health/page.html",
        project=project,
        tab="health",
        report=report,
        statistics=statistics,
        groups=[
            (outcome, Markup().join(_item(finding, home) for finding in outcome.findings[:most]))
            for outcome in asked
        ],
        shown=sum(outcome.failed for outcome in asked),
        total=sum(report.summary.values()),
        most=most or math.inf,
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


@lru_cache(maxsize=MOST_KEPT)
def _item(text: str, home: str) -> Markup:
    """A finding as an item of a list: to make hundreds takes longer than all the rest."""
    message, documents = _finding(text)
    template = environment().get_template("health/item.html")
    return Markup(template.render(message=message, documents=documents, home=home))


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

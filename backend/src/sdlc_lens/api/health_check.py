"""The health check of a project's documents."""

import json
from collections.abc import Container, Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic.json_schema import SkipJsonSchema

from sdlc_lens.api.dependencies import TheHealthChecks
from sdlc_lens.api.models import Answer
from sdlc_lens.api.schema import problems
from sdlc_lens.domain.finding import Category, Severity
from sdlc_lens.domain.health import Report
from sdlc_lens.domain.rules.table import RULES
from sdlc_lens.errors import Invalid, NotFound

MOST_PER_PAGE = 100
RULE_IDS = [rule.id for rule in RULES]
RULE_ID = {"type": "string", "enum": RULE_IDS}


class AffectedDocument(Answer):
    """A document that a finding is about."""

    doc_id: str
    doc_type: str
    title: str
    path: str


class FindingAnswer(Answer):
    """Something that breaks a rule, and how to mend it."""

    rule_id: str
    severity: Severity
    category: Category
    message: str
    affected_documents: list[AffectedDocument]
    suggested_fix: str


class Summary(Answer):
    """How many findings there are of each severity."""

    critical: int
    high: int
    medium: int
    low: int


class Gate(Answer):
    """Passed unless there are critical or high findings, by the rules in `failed_by`."""

    passed: bool
    failed_by: list[str]


class RuleAnswer(Answer):
    """A rule, how many things it looked at, and how many findings it has."""

    id: str
    severity: Severity
    category: Category
    checked: int
    failed: int


class HealthCheck(Answer):
    """What the rules found; filters and pages narrow `findings` and `total`, nothing else."""

    project_slug: str
    checked_at: str
    total_documents: int
    summary: Summary
    score: int
    gate: Gate
    rules: list[RuleAnswer]
    findings: list[FindingAnswer]
    total: int | SkipJsonSchema[None] = None
    page: int | SkipJsonSchema[None] = None
    per_page: int | SkipJsonSchema[None] = None
    pages: int | SkipJsonSchema[None] = None


router = APIRouter(prefix="/projects/{slug}/health-check", tags=["projects"])


@router.get("", response_model=HealthCheck, responses=problems(NotFound, Invalid))
async def check_health(
    slug: str,
    checks: TheHealthChecks,
    severities: Annotated[list[Severity], Query(alias="severity", default_factory=list)],
    categories: Annotated[list[Category], Query(alias="category", default_factory=list)],
    rules: Annotated[
        list[str],
        Query(alias="rule", default_factory=list, json_schema_extra={"items": RULE_ID}),
    ],
    page: Annotated[int | SkipJsonSchema[None], Query(ge=1)] = None,
    per_page: Annotated[int, Query(ge=1)] = 50,
) -> Response:
    """The findings, the heaviest first; all of them unless a `page` is asked for.

    Each filter may repeat. `summary`, `score` and `gate` are those of the whole project.
    """
    for rule in rules:
        if rule not in RULE_IDS:
            raise Invalid(f"query.rule: there is no rule {rule[:200]!r}")
    report = await checks.report(slug)
    found = list(
        _selected(report, severities or Severity, categories or Category, rules or RULE_IDS)
    )
    answer = {"project_slug": slug, **report.figures}
    if page is not None:
        size = min(per_page, MOST_PER_PAGE)
        answer |= {"total": len(found), "page": page, "per_page": size}
        answer["pages"] = -(-len(found) // size)
        found = found[(page - 1) * size : page * size]
    return _response(answer, found)


def _selected(
    report: Report,
    severities: Container[Severity],
    categories: Container[Category],
    rules: Container[str],
) -> Iterator[str]:
    for outcome in report.outcomes:
        rule = outcome.rule
        if rule.severity in severities and rule.category in categories and rule.id in rules:
            yield from outcome.findings


def _response(answer: dict[str, Any], findings: Sequence[str]) -> Response:
    # The findings are JSON already; to read and write thousands of them would take longer than
    # all the rest.
    opened = json.dumps(answer).removesuffix("}")
    body = f'{opened}, "findings": [{", ".join(findings)}]}}'
    return Response(body, media_type="application/json")

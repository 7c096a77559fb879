"""The health check of a project's documents."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheHealthChecks
from sdlc_lens.api.documents import filled
from sdlc_lens.api.openapi import problems
from sdlc_lens.domain.checks.finding import Category, Rule, Severity
from sdlc_lens.domain.checks.rules.table import RULES
from sdlc_lens.errors import Invalid, NotFound

MOST_PER_PAGE = 100
RULE_IDS = [rule.id for rule in RULES]

RuleId = Annotated[str, Field(json_schema_extra={"enum": RULE_IDS})]


_Filled = BeforeValidator(filled)


class HealthQuery(BaseModel):
    """Filters and page of the findings. Several values of one filter are alternatives; an empty
    filter selects everything. Without a `page` all findings are returned.
    """

    severity: Annotated[list[Severity], _Filled, Field(default_factory=list)]
    category: Annotated[list[Category], _Filled, Field(default_factory=list)]
    rule: Annotated[list[RuleId], _Filled, Field(default_factory=list)]
    page: Annotated[int | SkipJsonSchema[None], Field(ge=1)] = None
    per_page: int = Field(
        default=50, ge=1, description=f"More than {MOST_PER_PAGE} count as {MOST_PER_PAGE}."
    )

    def lets_pass(self, rule: Rule) -> bool:
        """Whether the findings of RULE are asked for."""
        return (
            (not self.severity or rule.severity in self.severity)
            and (not self.category or rule.category in self.category)
            and (not self.rule or rule.id in self.rule)
        )


class AffectedDocument(Answer):
    """A document that a finding is about."""

    doc_id: str
    doc_type: str
    title: str
    path: str


class FindingAnswer(Answer):
    """A violation of a rule, and how to fix it."""

    rule_id: str
    severity: Severity
    category: Category
    message: str
    affected_documents: list[AffectedDocument]
    suggested_fix: str


class Summary(Answer):
    """The number of findings by severity."""

    critical: int
    high: int
    medium: int
    low: int


class Gate(Answer):
    """Passed without critical or high findings; `failed_by` lists the rules that have some."""

    passed: bool
    failed_by: list[str]


class RuleAnswer(Answer):
    """A rule, the number of checks it made, and the number of findings."""

    id: str
    severity: Severity
    category: Category
    checked: int
    failed: int


class HealthCheck(Answer):
    """The result of all rules; filters and pages affect `findings` and `total` only."""

    project_slug: str
    checked_at: str
    total_documents: int
    summary: Summary
    score: int
    grade: Annotated[
        float, Field(description="Share of passed checks in per cent, weighted by severity.")
    ]
    gate: Gate
    rules: list[RuleAnswer]
    findings: list[FindingAnswer]
    total: int | SkipJsonSchema[None] = None
    page: int | SkipJsonSchema[None] = None
    per_page: int | SkipJsonSchema[None] = None
    pages: int | SkipJsonSchema[None] = None


router = APIRouter(prefix="/api/v1/projects/{slug}/health-check", tags=["projects"])


@router.get("", response_model=HealthCheck, responses=problems(NotFound, Invalid))
async def check_health(
    slug: str, checks: TheHealthChecks, query: Annotated[HealthQuery, Query()]
) -> Response:
    """The findings, most severe first; without `page`, all of them.

    Each filter may repeat. `summary`, `score`, `grade` and `gate` cover the whole project.
    """
    for rule in query.rule:
        if rule not in RULE_IDS:
            raise Invalid(f"query.rule: unknown rule {rule[:200]!r}")
    report = await checks.report(slug)
    asked = (outcome for outcome in report.outcomes if query.lets_pass(outcome.rule))
    found = [finding for outcome in asked for finding in outcome.findings]
    answer = {"project_slug": slug, **report.figures}
    if query.page is not None:
        size = min(query.per_page, MOST_PER_PAGE)
        answer |= {"total": len(found), "page": query.page, "per_page": size}
        answer["pages"] = -(-len(found) // size)
        found = found[(query.page - 1) * size : query.page * size]
    return _response(answer, found)


def _response(answer: dict[str, Any], findings: Sequence[str]) -> Response:
    # The findings are stored as JSON: decoding and encoding thousands of them would dominate
    # the request.
    opened = json.dumps(answer).removesuffix("}")
    body = f'{opened}, "findings": [{", ".join(findings)}]}}'
    return Response(body, media_type="application/json")

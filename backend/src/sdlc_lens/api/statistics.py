"""How many documents there are, and how much of the work is done."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase
from sdlc_lens.api.openapi import problems
from sdlc_lens.clock import now
from sdlc_lens.domain.checks.report import Report, from_text
from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.statistics import Count, by_project, summarise
from sdlc_lens.errors import NotFound
from sdlc_lens.queries.checks import get_summaries
from sdlc_lens.queries.projects import Project, get_project, list_projects
from sdlc_lens.queries.statistics import count_documents

ByStatus = Annotated[dict[str, int], Field(description="Documents without one under `null`.")]
Completion = Annotated[float, Field(description="Stories with a terminal status, in per cent.")]
Criteria = Annotated[CriteriaCounts, Field(description="The stories' acceptance criteria.")]
Delivered = Annotated[int, Field(description="Stories with a finished status.")]
Unproven = Annotated[
    int | None,
    Field(
        description="Delivered stories with a criterion that is failed or unstated; null where no"
        " story records what was verified."
    ),
]
OpenBugs = Annotated[
    dict[str, int],
    Field(description="By severity: critical, high, medium, low, other; `none` without one."),
]
Points = Annotated[dict[str, float], Field(description="The stories' points, by their status.")]

router = APIRouter(prefix="/api/v1", tags=["statistics"])


class ProjectStatistics(Answer):
    """The statistics of one project."""

    slug: str
    name: str
    total_documents: int
    by_type: dict[str, int]
    by_status: ByStatus
    completion_percentage: Completion
    points: Points
    criteria: Criteria
    delivered: Delivered
    unproven: Unproven
    open_bugs: OpenBugs
    last_synced_at: str | None


class Health(Answer):
    """The result of a project's health check."""

    score: int
    grade: float
    passed: bool


class ProjectSummary(Answer):
    """A project in the statistics of all."""

    slug: str
    name: str
    total_documents: int
    completion_percentage: Completion
    criteria: Criteria
    delivered: Delivered
    unproven: Unproven
    open_bugs: OpenBugs
    health: Annotated[Health | None, Field(description="null until it is computed.")]
    sync_status: str
    last_synced_at: str | None


class AllStatistics(Answer):
    """The statistics of all projects together."""

    total_projects: int
    total_documents: int
    by_type: dict[str, int]
    by_status: ByStatus
    completion_percentage: Completion
    points: Points
    criteria: Criteria
    delivered: Delivered
    unproven: Unproven
    open_bugs: OpenBugs
    projects: list[ProjectSummary]


@router.get("/projects/{slug}/stats", responses=problems(NotFound))
async def get_project_statistics(slug: str, database: TheDatabase) -> ProjectStatistics:
    """The statistics of one project."""
    async with database.read() as session:
        project = await get_project(session, slug)
        counts = await count_documents(session, project.id)
    return ProjectStatistics(
        slug=project.slug,
        name=project.name,
        last_synced_at=project.last_synced_at,
        **asdict(summarise(counts)),
    )


@router.get("/stats")
async def get_statistics(database: TheDatabase) -> AllStatistics:
    """The statistics of all projects, together and, in short, each; the oldest first."""
    async with database.read() as session:
        projects = await list_projects(session)
        counts = await count_documents(session)
        reports = await get_summaries(session)
    own = by_project(counts)
    return AllStatistics(
        total_projects=len(projects),
        **asdict(summarise(counts)),
        projects=[
            _summary(project, own[project.id], reports.get(project.id)) for project in projects
        ],
    )


def _summary(project: Project, counts: Iterable[Count], report: str | None) -> ProjectSummary:
    return ProjectSummary(
        slug=project.slug,
        name=project.name,
        health=None if report is None else _health(from_text(report), project.last_synced_at),
        sync_status=project.sync_status,
        last_synced_at=project.last_synced_at,
        **asdict(summarise(counts)),
    )


def _health(report: Report, last_synced_at: str | None) -> Health:
    report = report.as_of(last_synced_at, now())
    return Health(score=report.score, grade=report.grade, passed=not report.failed_by)

"""How many documents there are, and how much of the work is done."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import Reading
from sdlc_lens.api.openapi import problems
from sdlc_lens.domain.statistics import Count, by_project, summarise
from sdlc_lens.errors import NotFound
from sdlc_lens.queries.projects import Project, get_project, list_projects
from sdlc_lens.queries.statistics import count_documents

ByStatus = Annotated[dict[str, int], Field(description="Documents without one under `null`.")]
Completion = Annotated[float, Field(description="Stories with a terminal status, in per cent.")]
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
    last_synced_at: str | None


class ProjectSummary(Answer):
    """A project in the statistics of all."""

    slug: str
    name: str
    total_documents: int
    completion_percentage: Completion
    last_synced_at: str | None


class AllStatistics(Answer):
    """The statistics of all projects together."""

    total_projects: int
    total_documents: int
    by_type: dict[str, int]
    by_status: ByStatus
    completion_percentage: Completion
    points: Points
    projects: list[ProjectSummary]


@router.get("/projects/{slug}/stats", responses=problems(NotFound))
async def get_project_statistics(slug: str, session: Reading) -> ProjectStatistics:
    """The statistics of one project."""
    project = await get_project(session, slug)
    found = summarise(await count_documents(session, project.id))
    return ProjectStatistics(
        slug=project.slug,
        name=project.name,
        last_synced_at=project.last_synced_at,
        **asdict(found),
    )


@router.get("/stats")
async def get_statistics(session: Reading) -> AllStatistics:
    """The statistics of all projects, together and, in short, each; the oldest first."""
    projects = await list_projects(session)
    counts = await count_documents(session)
    own = by_project(counts)
    return AllStatistics(
        total_projects=len(projects),
        **asdict(summarise(counts)),
        projects=[_summary(project, own[project.id]) for project in projects],
    )


def _summary(project: Project, counts: Iterable[Count]) -> ProjectSummary:
    found = summarise(counts)
    return ProjectSummary(
        slug=project.slug,
        name=project.name,
        total_documents=found.total_documents,
        completion_percentage=found.completion_percentage,
        last_synced_at=project.last_synced_at,
    )

"""Syncs of a project: start one, and the reports on the last ones."""

from typing import Literal

from fastapi import APIRouter, status
from pydantic import Field

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase, TheRunner
from sdlc_lens.api.openapi import problems
from sdlc_lens.errors import NotFound, SyncInProgress
from sdlc_lens.queries.projects import get_project
from sdlc_lens.queries.syncs import list_syncs

router = APIRouter(prefix="/api/v1/projects/{slug}", tags=["projects"])


class FailureAnswer(Answer):
    """A file or folder that a sync could not read; what was stored of it stays."""

    path: str
    reason: str


class HeldBackAnswer(Answer):
    """A deletion that waits for confirmation."""

    count: int
    paths: tuple[str, ...] = Field(description="The first hundred.")


class SyncAnswer(Answer):
    """The report on one sync."""

    started_at: str
    finished_at: str
    trigger: str = Field(description="`manual`, `poll` or `start`.")
    outcome: str = Field(description="`synced`, `held_back`, `error` or `cancelled`.")
    added: int
    changed: int
    unchanged: int = Field(description="Documents that stay as stored, `failed` ones included.")
    removed: int
    failed: int
    failures: tuple[FailureAnswer, ...] = Field(description="The first hundred of `failed`.")
    message: str | None = Field(description="Why the sync failed or was held back.")
    code: str | None = Field(description="The same for programs, of a sync from a repository.")
    revision: int = Field(description="Rises with every sync that changed something.")
    held_back: HeldBackAnswer | None = Field(
        description="The deletion that waits for `confirm`, when the outcome is `held_back`."
    )


class SyncStarted(Answer):
    """A sync has begun."""

    slug: str
    sync_status: Literal["syncing"] = "syncing"
    message: str


@router.post(
    "/sync",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(NotFound, SyncInProgress),
)
async def sync_project(slug: str, runner: TheRunner, confirm: bool = False) -> SyncStarted:
    """Start a sync; the project's `sync_status` shows when it has ended.

    A sync that would remove most documents is held back, unless `confirm` is true.
    """
    project = await runner.start(slug, confirmed=confirm)
    return SyncStarted(slug=project.slug, message=f"Sync of {project.name} has begun")


@router.get("/syncs", responses=problems(NotFound))
async def list_project_syncs(slug: str, database: TheDatabase) -> list[SyncAnswer]:
    """The reports on the last fifty syncs, the newest first."""
    async with database.read() as session:
        project = await get_project(session, slug)
        syncs = await list_syncs(session, project.id)
    return [SyncAnswer.model_validate(sync) for sync in syncs]

"""Projects: register, list, change, sync, remove."""

import asyncio
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, status

from sdlc_lens.api.dependencies import Reading, TheDatabase, TheRunner, TheSettings
from sdlc_lens.api.models import NewProject, ProjectAnswer, ProjectChange, SyncAnswer, SyncStarted
from sdlc_lens.api.openapi import problems
from sdlc_lens.api.slug import slugify
from sdlc_lens.errors import (
    Conflict,
    Invalid,
    NotFound,
    PathNotFound,
    SyncInProgress,
    TokenStorageDisabled,
)
from sdlc_lens.queries import projects
from sdlc_lens.queries.syncs import Sync, last_sync, last_syncs, list_syncs
from sdlc_lens.sources.folder import locate
from sdlc_lens.sync.sync import Order

STORED = {"name", "sdlc_path", "auto_sync"}

router = APIRouter(prefix="/projects", tags=["projects"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problems(PathNotFound, NotFound, Conflict, Invalid, TokenStorageDisabled),
)
async def add_project(
    body: NewProject, database: TheDatabase, settings: TheSettings
) -> ProjectAnswer:
    """Register a workspace. Nothing of it is read before its first sync."""
    slug = _slug(body.name)
    _refuse_credentials(body)
    await asyncio.to_thread(locate, body.sdlc_path, settings.allowed_project_base)
    async with database.write() as session:
        project = await projects.add_project(session, slug, body.name, body.sdlc_path)
    return _answer(project, None)


@router.get("")
async def list_projects(session: Reading) -> list[ProjectAnswer]:
    """Every project, the oldest first."""
    syncs = await last_syncs(session)
    found = await projects.list_projects(session)
    return [_answer(project, syncs.get(project.id)) for project in found]


@router.get("/{slug}", responses=problems(NotFound))
async def get_project(slug: str, session: Reading) -> ProjectAnswer:
    """One project."""
    project = await projects.get_project(session, slug)
    return _answer(project, await last_sync(session, project.id))


@router.put("/{slug}", responses=problems(PathNotFound, NotFound, Invalid, TokenStorageDisabled))
async def change_project(
    slug: str, body: ProjectChange, database: TheDatabase, settings: TheSettings
) -> ProjectAnswer:
    """Change what the body names. The slug stays, whatever the new name is."""
    changes: dict[str, Any] = body.model_dump(include=body.model_fields_set & STORED)
    if "name" in changes:
        _slug(body.name)
    async with database.read() as session:
        await projects.get_project(session, slug)
    _refuse_credentials(body)
    if "sdlc_path" in changes:
        await asyncio.to_thread(locate, body.sdlc_path, settings.allowed_project_base)
    async with database.write() as session:
        project = await projects.change_project(session, slug, changes)
        return _answer(project, await last_sync(session, project.id))


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(NotFound))
async def remove_project(slug: str, database: TheDatabase) -> None:
    """Forget a project with its documents; the workspace itself is not touched."""
    async with database.write() as session:
        await projects.remove_project(session, slug)


@router.post(
    "/{slug}/sync",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(NotFound, SyncInProgress),
)
async def sync_project(slug: str, runner: TheRunner, confirm: bool = False) -> SyncStarted:
    """Begin to read the workspace; the project's `sync_status` tells when that is over.

    A sync that would remove most documents is held back, unless it is asked for with `confirm`.
    """
    project = await runner.start(slug, Order(confirmed=confirm))
    return SyncStarted(slug=project.slug, message=f"Sync of {project.name} has begun")


@router.get("/{slug}/syncs", responses=problems(NotFound))
async def list_project_syncs(slug: str, session: Reading) -> list[SyncAnswer]:
    """The reports on the last fifty syncs, the newest first."""
    project = await projects.get_project(session, slug)
    return [SyncAnswer.model_validate(sync) for sync in await list_syncs(session, project.id)]


def _slug(name: str) -> str:
    if slug := slugify(name):
        return slug
    raise Invalid("body.name: holds no letter or digit that an address could be made of")


def _answer(project: projects.Project, newest: Sync | None) -> ProjectAnswer:
    return ProjectAnswer.model_validate(asdict(project) | {"last_sync": newest})


def _refuse_credentials(body: NewProject | ProjectChange) -> None:
    """Nothing can keep a token, so none is taken; to remove what there is not is no error."""
    if body.access_token is not None:
        raise TokenStorageDisabled("body.access_token: tokens cannot be stored here. Leave it out")
    if body.connection_id is not None:
        raise NotFound(f"there is no connection {str(body.connection_id)[:20]}")

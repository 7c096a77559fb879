"""Projects: register, list, sync, remove."""

import asyncio

from fastapi import APIRouter, status

from sdlc_lens.api.dependencies import Reading, TheDatabase, TheRunner, TheSettings
from sdlc_lens.api.models import NewProject, ProjectAnswer, SyncStarted
from sdlc_lens.api.slug import slugify
from sdlc_lens.db import projects
from sdlc_lens.errors import Invalid
from sdlc_lens.sources.folder import locate

router = APIRouter(prefix="/projects", tags=["projects"])


@router.post("", status_code=status.HTTP_201_CREATED)
async def add_project(
    body: NewProject, database: TheDatabase, settings: TheSettings
) -> ProjectAnswer:
    """Register a workspace. Nothing of it is read before its first sync."""
    slug = slugify(body.name)
    if not slug:
        raise Invalid("body.name: holds no letter or digit that an address could be made of")
    await asyncio.to_thread(locate, body.sdlc_path, settings.allowed_project_base)
    async with database.write() as session:
        project = await projects.add_project(session, slug, body.name, body.sdlc_path)
    return ProjectAnswer.model_validate(project)


@router.get("")
async def list_projects(session: Reading) -> list[ProjectAnswer]:
    """Every project, the oldest first."""
    found = await projects.list_projects(session)
    return [ProjectAnswer.model_validate(project) for project in found]


@router.get("/{slug}")
async def get_project(slug: str, session: Reading) -> ProjectAnswer:
    """One project."""
    return ProjectAnswer.model_validate(await projects.get_project(session, slug))


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_project(slug: str, database: TheDatabase) -> None:
    """Forget a project with its documents; the workspace itself is not touched."""
    async with database.write() as session:
        await projects.remove_project(session, slug)


@router.post("/{slug}/sync", status_code=status.HTTP_202_ACCEPTED)
async def sync_project(slug: str, runner: TheRunner) -> SyncStarted:
    """Begin to read the workspace; the project's `sync_status` tells when that is over."""
    project = await runner.start(slug)
    return SyncStarted(slug=project.slug, message=f"Sync of {project.name} has begun")

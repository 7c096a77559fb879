"""Projects: register, list, change, sync, remove."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase, TheRunner, TheSettings
from sdlc_lens.api.openapi import problems
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
from sdlc_lens.slug import slugify
from sdlc_lens.sources.folder import locate

STORED = {"name", "sdlc_path", "auto_sync"}

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
FolderPath = Annotated[
    str,
    StringConstraints(min_length=1),
    Field(description="Folder of the workspace, below the one that the service allows."),
]
RepositoryOnly = Annotated[
    str | None, Field(description="Of repositories; a local project keeps none.")
]
AccessToken = Annotated[
    SecretStr | None, Field(description="Stored sealed or not at all; null removes it.")
]
ConnectionId = Annotated[int | None, Field(description="Stored credentials; null detaches them.")]


class NewProject(BaseModel):
    """The body that registers a workspace."""

    name: Name
    source_type: Literal["local"] = "local"
    sdlc_path: FolderPath
    repo_url: RepositoryOnly = None
    repo_branch: RepositoryOnly = None
    repo_path: RepositoryOnly = None
    access_token: AccessToken = None
    connection_id: ConnectionId = None


class ProjectChange(BaseModel):
    """The fields to change; a field that is left out keeps its value."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    # A factory, not a default: these may be left out, but to send null for one is an error.
    name: Name = Field(default_factory=str)
    source_type: Literal["local"] = Field(default_factory=lambda: "local")
    sdlc_path: FolderPath = Field(default_factory=str)
    auto_sync: bool = Field(default_factory=bool)
    repo_url: RepositoryOnly = None
    repo_branch: RepositoryOnly = None
    repo_path: RepositoryOnly = None
    access_token: AccessToken = None
    connection_id: ConnectionId = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("names no field that could be changed")
        return self


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
    revision: int = Field(description="Rises with every sync that changed something.")
    held_back: HeldBackAnswer | None = Field(
        description="The deletion that waits for `confirm`, when the outcome is `held_back`."
    )


class ProjectAnswer(Answer):
    """A project; the fields of sources other than folders are null."""

    slug: str
    name: str
    sdlc_path: str | None
    source_type: str
    repo_url: str | None = None
    repo_branch: str | None = None
    repo_path: str | None = None
    masked_token: str | None = None
    connection_id: int | None = None
    sync_status: str
    sync_error: str | None
    schema_version: str | None = Field(coerce_numbers_to_str=True)
    profile: str | None
    last_synced_at: str | None
    auto_sync: bool
    last_synced_commit_sha: str | None = None
    document_count: int
    created_at: str
    warnings: tuple[str, ...]
    last_sync: SyncAnswer | None


class SyncStarted(Answer):
    """A sync has begun."""

    slug: str
    sync_status: Literal["syncing"] = "syncing"
    message: str


router = APIRouter(prefix="/api/v1/projects", tags=["projects"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problems(PathNotFound, NotFound, Conflict, Invalid, TokenStorageDisabled),
)
async def add_project(
    body: NewProject, database: TheDatabase, settings: TheSettings
) -> ProjectAnswer:
    """Register a workspace; its first sync reads the documents."""
    slug = _slug(body.name)
    _refuse_credentials(body)
    await asyncio.to_thread(locate, body.sdlc_path, settings.allowed_project_base)
    async with database.write() as session:
        project = await projects.add_project(session, slug, body.name, body.sdlc_path)
    return _answer(project, None)


@router.get("")
async def list_projects(database: TheDatabase) -> list[ProjectAnswer]:
    """Every project, the oldest first."""
    async with database.read() as session:
        syncs = await last_syncs(session)
        found = await projects.list_projects(session)
    return [_answer(project, syncs.get(project.id)) for project in found]


@router.get("/{slug}", responses=problems(NotFound))
async def get_project(slug: str, database: TheDatabase) -> ProjectAnswer:
    """One project."""
    async with database.read() as session:
        project = await projects.get_project(session, slug)
        return _answer(project, await last_sync(session, project.id))


@router.put("/{slug}", responses=problems(PathNotFound, NotFound, Invalid, TokenStorageDisabled))
async def change_project(
    slug: str, body: ProjectChange, database: TheDatabase, settings: TheSettings
) -> ProjectAnswer:
    """Change the fields in the body. The slug stays the same, also under a new name."""
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
    """Remove a project and its stored documents; the workspace itself is not touched."""
    async with database.write() as session:
        await projects.remove_project(session, slug)


@router.post(
    "/{slug}/sync",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(NotFound, SyncInProgress),
)
async def sync_project(slug: str, runner: TheRunner, confirm: bool = False) -> SyncStarted:
    """Start a sync; the project's `sync_status` shows when it has ended.

    A sync that would remove most documents is held back, unless `confirm` is true.
    """
    project = await runner.start(slug, confirmed=confirm)
    return SyncStarted(slug=project.slug, message=f"Sync of {project.name} has begun")


@router.get("/{slug}/syncs", responses=problems(NotFound))
async def list_project_syncs(slug: str, database: TheDatabase) -> list[SyncAnswer]:
    """The reports on the last fifty syncs, the newest first."""
    async with database.read() as session:
        project = await projects.get_project(session, slug)
        syncs = await list_syncs(session, project.id)
    return [SyncAnswer.model_validate(sync) for sync in syncs]


def _slug(name: str) -> str:
    if slug := slugify(name):
        return slug
    raise Invalid(
        "body.name: has no letter or digit, so no slug can be made of it. Choose another name"
    )


def _answer(project: projects.Project, newest: Sync | None) -> ProjectAnswer:
    return ProjectAnswer.model_validate(asdict(project) | {"last_sync": newest})


def _refuse_credentials(body: NewProject | ProjectChange) -> None:
    """Refuse a token, since none can be stored; removing an absent one is allowed."""
    if body.access_token is not None:
        raise TokenStorageDisabled(
            "body.access_token: this service does not store tokens. Leave it out"
        )
    if body.connection_id is not None:
        raise NotFound(f"connection {str(body.connection_id)[:20]} does not exist")

"""Projects: register, list, change, remove."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, status
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase, TheKeys, TheSettings
from sdlc_lens.api.openapi import problems
from sdlc_lens.api.syncs import SyncAnswer
from sdlc_lens.api.tokens import TokenFields
from sdlc_lens.domain.forges import Forge
from sdlc_lens.errors import Conflict, Invalid, NotFound, PathNotFound, TokenStorageDisabled
from sdlc_lens.queries import projects
from sdlc_lens.queries.sources import FIELDS, source_columns
from sdlc_lens.queries.syncs import Sync, last_sync, last_syncs
from sdlc_lens.queries.token_columns import NO_TOKEN, TOKEN_FIELDS, token_columns
from sdlc_lens.remote_errors import RemoteNotAllowed
from sdlc_lens.sealing import Keys
from sdlc_lens.settings import Settings
from sdlc_lens.slug import slugify
from sdlc_lens.sources.folder import locate

OWN_FIELDS = {"name", "auto_sync"}

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
FolderPath = Annotated[
    str,
    StringConstraints(min_length=1),
    Field(description="Folder of the workspace, below the one that the service allows."),
]
RepositoryUrl = Annotated[
    str | None,
    Field(
        max_length=2000,
        description="Address of the repository, or of the workspace's page on its forge; a local"
        " project keeps none.",
    ),
]
RepositoryBranch = Annotated[
    str | None,
    Field(
        max_length=255,
        description="Branch or tag; null: the default branch. A local project keeps none.",
    ),
]
RepositoryPath = Annotated[
    str | None,
    Field(
        max_length=4000,
        description="Folder of the workspace in the repository; null: `sdlc-studio`, `.`: its top."
        " A local project keeps none.",
    ),
]
SourceType = Literal["local", "git", "github"]


class NewProject(TokenFields):
    """The body that registers a workspace."""

    name: Name
    source_type: SourceType = "local"
    sdlc_path: FolderPath | None = None
    repo_url: RepositoryUrl = None
    repo_branch: RepositoryBranch = None
    repo_path: RepositoryPath = None


class ProjectChange(TokenFields):
    """The fields to change; a field that is left out keeps its value."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    # A factory, not a default: these may be left out, but to send null for one is an error.
    name: Name = Field(default_factory=str)
    source_type: SourceType = Field(default_factory=lambda: "local")
    auto_sync: bool = Field(default_factory=bool)
    sdlc_path: FolderPath | None = None
    repo_url: RepositoryUrl = None
    repo_branch: RepositoryBranch = None
    repo_path: RepositoryPath = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("names no field that could be changed")
        return self


class ProjectAnswer(Answer):
    """A project; the fields of sources other than folders are null."""

    slug: str
    name: str
    sdlc_path: str | None
    source_type: str
    repo_url: str | None
    repo_branch: str | None
    repo_path: str | None
    masked_token: str | None
    access_token_name: str | None
    connection_id: int | None
    token_error: str | None = Field(description="Why the stored token cannot be used.")
    sync_status: str
    sync_error: str | None
    schema_version: str | None = Field(coerce_numbers_to_str=True)
    profile: str | None
    last_synced_at: str | None
    auto_sync: bool
    last_synced_commit_sha: str | None
    revision: str | None = Field(description="The commit that was synced last.")
    revision_at: str | None = Field(description="When it was committed.")
    revision_url: str | None = Field(description="Its page on the forge, where that is known.")
    document_count: int
    created_at: str
    warnings: tuple[str, ...]
    last_sync: SyncAnswer | None


router = APIRouter(prefix="/api/v1/projects", tags=["projects"])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problems(
        PathNotFound, NotFound, Conflict, Invalid, RemoteNotAllowed, TokenStorageDisabled
    ),
)
async def add_project(
    body: NewProject, database: TheDatabase, keys: TheKeys, settings: TheSettings
) -> ProjectAnswer:
    """Register a workspace; its first sync reads the documents."""
    slug = _slug(body.name)
    source = source_columns(body.model_dump(include=FIELDS), {}, settings)
    async with database.read() as session:
        tokens = await token_columns(session, _tokens(body), NO_TOKEN, source, keys, settings)
    if source["sdlc_path"] is not None:
        await asyncio.to_thread(locate, source["sdlc_path"], settings.allowed_project_base)
    async with database.write() as session:
        project = await projects.add_project(session, slug, body.name, source | tokens)
    return _answer(project, None, keys, settings)


@router.get("")
async def list_projects(
    database: TheDatabase, keys: TheKeys, settings: TheSettings
) -> list[ProjectAnswer]:
    """Every project, the oldest first."""
    async with database.read() as session:
        syncs = await last_syncs(session)
        found = await projects.list_projects(session)
    return [_answer(project, syncs.get(project.id), keys, settings) for project in found]


@router.get("/{slug}", responses=problems(NotFound))
async def get_project(
    slug: str, database: TheDatabase, keys: TheKeys, settings: TheSettings
) -> ProjectAnswer:
    """One project."""
    async with database.read() as session:
        project = await projects.get_project(session, slug)
        newest = await last_sync(session, project.id)
    return _answer(project, newest, keys, settings)


@router.put(
    "/{slug}",
    responses=problems(PathNotFound, NotFound, Invalid, RemoteNotAllowed, TokenStorageDisabled),
)
async def change_project(
    slug: str,
    body: ProjectChange,
    database: TheDatabase,
    keys: TheKeys,
    settings: TheSettings,
) -> ProjectAnswer:
    """Change the fields in the body. The slug stays the same, also under a new name."""
    changes: dict[str, Any] = body.model_dump(include=body.model_fields_set & OWN_FIELDS)
    if "name" in changes:
        _slug(body.name)
    async with database.read() as session:
        current = await projects.get_project(session, slug)
    if named := body.model_dump(include=body.model_fields_set & FIELDS):
        columns = {name: getattr(current, name) for name in FIELDS}
        changes |= source_columns(named, columns, settings)
    async with database.read() as session:
        tokens = _tokens(body)
        changes |= await token_columns(session, tokens, asdict(current), changes, keys, settings)
    if named.get("sdlc_path") and changes["sdlc_path"]:
        await asyncio.to_thread(locate, changes["sdlc_path"], settings.allowed_project_base)
    async with database.write() as session:
        project = await projects.change_project(session, slug, changes)
        return _answer(project, await last_sync(session, project.id), keys, settings)


@router.delete("/{slug}", status_code=status.HTTP_204_NO_CONTENT, responses=problems(NotFound))
async def remove_project(slug: str, database: TheDatabase) -> None:
    """Remove a project and its stored documents; the workspace itself is not touched."""
    async with database.write() as session:
        await projects.remove_project(session, slug)


def _slug(name: str) -> str:
    if slug := slugify(name):
        return slug
    raise Invalid(
        "body.name: has no letter or digit, so no slug can be made of it. Choose another name"
    )


def _tokens(body: TokenFields) -> dict[str, Any]:
    return body.model_dump(include=body.model_fields_set & set(TOKEN_FIELDS))


def _answer(
    project: projects.Project, newest: Sync | None, keys: Keys, settings: Settings
) -> ProjectAnswer:
    commit_url = None
    if project.repo_url and project.commit_id:
        forge = Forge(project.repo_url, settings.github_host)
        commit_url = forge.commit_url(project.commit_id)
    others = {
        "last_synced_commit_sha": project.commit_id,
        "revision": project.commit_id,
        "revision_at": project.committed_at,
        "revision_url": commit_url,
        "token_error": keys.why_unreadable(project.sealed_by),
        "last_sync": newest,
    }
    return ProjectAnswer.model_validate(asdict(project) | others)

"""The bodies of requests and answers, as `/api/v1` promises them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
FolderPath = Annotated[str, StringConstraints(min_length=1)]


class Answer(BaseModel):
    """A body that is made from one of the service's own records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Health(Answer):
    """Whether the service can do its work."""

    status: Literal["healthy", "unhealthy"]
    database: Literal["connected", "disconnected"]
    version: str
    migration_ok: bool
    fts_ok: bool
    ready: bool


class NewProject(BaseModel):
    """What is told about a workspace when it is registered."""

    name: Name
    source_type: Literal["local"] = "local"
    sdlc_path: FolderPath


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
    schema_version: int | None
    profile: str | None
    last_synced_at: str | None
    auto_sync: bool
    last_synced_commit_sha: str | None = None
    document_count: int
    created_at: str
    warnings: tuple[str, ...]


class SyncStarted(Answer):
    """A sync has begun."""

    slug: str
    sync_status: Literal["syncing"] = "syncing"
    message: str


class DocumentItem(Answer):
    """A document in a list."""

    doc_id: str
    ref: str | None
    path: str
    type: str
    title: str
    status: str | None
    owner: str | None
    priority: str | None
    story_points: float | None
    epic: str | None
    story: str | None
    updated_at: str


class DocumentPage(Answer):
    """A page of documents, and how much there is."""

    items: list[DocumentItem]
    total: int
    page: int
    per_page: int
    pages: int

"""The bodies of requests and answers, as `/api/v1` promises them."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

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


class Answer(BaseModel):
    """A body that is made from one of the service's own records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ProblemCode(BaseModel):
    """What happened, for programs."""

    code: str
    message: str


class Problem(BaseModel):
    """The one shape of every error; `instance` is the id of the request, as in the log."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    error: ProblemCode


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
    repo_url: RepositoryOnly = None
    repo_branch: RepositoryOnly = None
    repo_path: RepositoryOnly = None
    access_token: AccessToken = None
    connection_id: ConnectionId = None


class ProjectChange(BaseModel):
    """What is to become different; what is left out stays as it is."""

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


class SyncAnswer(Answer):
    """The report on one sync."""

    started_at: str
    finished_at: str
    trigger: str = Field(description="`manual`, `poll` or `start`.")
    outcome: str = Field(description="`synced`, `held_back`, `error` or `cancelled`.")
    added: int
    changed: int
    unchanged: int = Field(description="What is stored and stays, `failed` ones among them.")
    removed: int
    failed: int
    failures: tuple[FailureAnswer, ...] = Field(description="The first hundred of `failed`.")
    message: str | None = Field(description="Why it did not end well.")
    revision: int = Field(description="Rises with every sync that changed something.")


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
    last_sync: SyncAnswer | None


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


class DocumentDetail(DocumentItem):
    """A document with its text."""

    metadata: dict[str, str] = Field(description="The other fields of its header, as written.")
    content: str = Field(description="What follows the title and the header.")
    file_path: str
    file_hash: str = Field(description="SHA-256 of the file.")
    synced_at: str = Field(description="When the stored form last changed.")
    same_id: tuple[str, ...] = Field(
        description="Paths of others that answer to this type and id; `?path=` reaches each."
    )


class NamedDocument(Answer):
    """A document as others name it."""

    doc_id: str
    type: str
    title: str
    status: str | None
    path: str


class Relation(Answer):
    """A reference by a header field, or by an id in the text."""

    relation: str = Field(description="The field, such as `supersedes`, or `mention`.")
    target: str = Field(description="The id that is referred to, in its normal form.")
    document: NamedDocument | None = Field(description="The one that is meant; null: dangling.")


class RelatedDocuments(NamedDocument):
    """A document among the others of its project."""

    parents: list[NamedDocument] = Field(description="The nearest first.")
    children: list[NamedDocument] = Field(description="By type, then id.")
    depends_on: list[NamedDocument] = Field(description="In declared order.")
    dependents: list[NamedDocument] = Field(description="By type, then id.")
    relations: list[Relation] = Field(description="Every reference in the header.")
    mentions: list[Relation] = Field(description="Every id in the text, each once.")


class DocumentPage(Answer):
    """A page of documents, and how much there is."""

    items: list[DocumentItem]
    total: int
    page: int
    per_page: int
    pages: int

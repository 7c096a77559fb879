"""The tables. The search index and its triggers are not among them: Alembic's revisions make
them, and the database keeps them."""

from collections.abc import Iterator
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

from sdlc_lens.domain.documents.document import Document

DOCUMENT_FIELDS = tuple(
    field.name for field in fields(Document) if field.name not in {"aliases", "links"}
)
"""The fields of a document that are columns; the others have tables of their own."""

_COLUMN_TYPES = {str: Text, int: Integer, float: Float, bool: Boolean}


class Json(TypeDecorator[Any]):
    """A value that is not a single text or number, as JSON."""

    impl = Text
    cache_ok = True

    def __init__(self, annotation: Any) -> None:
        super().__init__()
        self.annotation = annotation
        self._adapter: TypeAdapter[Any] = TypeAdapter(annotation)

    def process_bind_param(self, value: Any, _dialect: object = None) -> str | None:
        return None if value is None else self._adapter.dump_json(value).decode()

    def process_result_value(self, value: str | None, _dialect: object = None) -> Any:
        return None if value is None else self._adapter.validate_json(value)


def _document_columns() -> Iterator[Column[Any]]:
    """A column for each field, of the type and the name that the field was declared with."""
    annotations = get_type_hints(Document)
    for name in DOCUMENT_FIELDS:
        annotation = annotations[name]
        options = get_args(annotation) if get_origin(annotation) is UnionType else (annotation,)
        (plain,) = set(options) - {NoneType}
        yield Column(name, _COLUMN_TYPES.get(plain) or Json(plain), nullable=NoneType in options)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

connections = Table(
    "connections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("label", Text, nullable=False, unique=True),
    Column("login", Text, nullable=False),
    Column("sealed_token", Text, nullable=False),
    Column("masked_token", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("last_validated_at", Text, nullable=False),
)

projects = Table(
    "projects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("sdlc_path", Text),
    Column("auto_sync", Boolean, nullable=False, server_default=false()),
    Column("schema_version", Integer),
    Column("profile", Text),
    Column("warnings", Text, nullable=False, server_default=text("'[]'")),
    Column("sync_status", Text, nullable=False, server_default=text("'never_synced'")),
    Column("sync_error", Text),
    Column("lease", Text),
    Column("lease_ends_at", Text),
    Column("last_synced_at", Text),
    Column("created_at", Text, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("vocabulary", Text, nullable=False, server_default=text("'{}'")),
    Column("adopt_after", Integer),
    Column("synced_path", Text),
    Column("repo_url", Text),
    Column("repo_branch", Text),
    Column("repo_path", Text),
    Column("commit_id", Text),
    Column("committed_at", Text),
    Column("history_commit_id", Text),
    Column("history_commits", Integer),
    Column("connection_id", ForeignKey("connections.id"), index=True),
    Column("sealed_token", Text),
    Column("masked_token", Text),
    Column("access_token_name", Text),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    *_document_columns(),
    Column("blob_id", Text, nullable=False),
    Column("parsed_by", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("project_id", "path"),
    Index(None, "project_id", "type", "doc_id"),
    Index(
        "ix_documents_statistics",
        "project_id",
        "type",
        "status",
        "severity",
        "story_points",
        "criteria_counts",
        "records_verification",
        "is_unproven",
    ),
    Index(None, "project_id", "updated_at", "path"),
)
Index("ix_documents_doc_id", documents.c.doc_id.collate("NOCASE"))

# Apart from the documents, so that to read their other columns is to read few pages. The search
# index holds the `indexed` columns; a text that SQLite folds as we do is indexed from the source.
document_sources = Table(
    "document_sources",
    metadata,
    Column(
        "document_id", Integer, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("source", LargeBinary, nullable=False),
    Column("indexed_name", Text, nullable=False, server_default=text("''")),
    Column("indexed_title", Text, nullable=False, server_default=text("''")),
    Column("indexed_text", Text),
)

document_refs = Table(
    "document_refs",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("ref", Text, primary_key=True, index=True),
    Column("own", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

document_links = Table(
    "document_links",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("relation", Text, nullable=False),
    Column("target", Text, nullable=False, index=True),
    Column("path", Text),
    Column("candidate", Boolean, nullable=False, server_default=false()),
    sqlite_with_rowid=False,
)

# Of documents from git repositories, as of their project's history_commit_id. One without a commit
# was changed before the first of history_commits.
last_changes = Table(
    "last_changes",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("commit_id", Text),
    Column("author", Text),
    Column("changed_at", Text),
    Column("subject", Text),
)

syncs = Table(
    "syncs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("trigger", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("failures", Json(Any), nullable=False),
    Column("message", Text),
    Column("revision", Integer, nullable=False),
    Column("held_back", Json(Any)),
    Column("code", Text),
)

sync_durations = Table(
    "sync_durations",
    metadata,
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("at_most", Float, primary_key=True),
    Column("syncs", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    sqlite_with_rowid=False,
)

health_reports = Table(
    "health_reports",
    metadata,
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("report", Text, nullable=False),
)

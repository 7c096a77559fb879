"""The tables. The search index and its triggers are not among them: Alembic's revisions make
them, and the database keeps them."""

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
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
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
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("path", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("doc_id", Text, nullable=False),
    Column("ref", Text),
    Column("title", Text, nullable=False),
    Column("status", Text),
    Column("owner", Text),
    Column("priority", Text),
    Column("story_points", Float),
    Column("epic", Text),
    Column("story", Text),
    Column("fields", Text, nullable=False, server_default=text("'{}'")),
    Column("sha256", Text, nullable=False),
    Column("blob_id", Text, nullable=False),
    Column("parsed_by", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("content_start", Integer, nullable=False, server_default=text("0")),
    Column("content_length", Integer, nullable=False, server_default=text("0")),
    Column("source", LargeBinary, nullable=False),
    UniqueConstraint("project_id", "path"),
    Index(None, "project_id", "type", "doc_id"),
    Index(None, "project_id", "type", "status", "story_points"),
    Index(None, "project_id", "updated_at", "path"),
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
    sqlite_with_rowid=False,
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
    Column("failures", Text, nullable=False),
    Column("message", Text),
    Column("revision", Integer, nullable=False),
)

health_reports = Table(
    "health_reports",
    metadata,
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("report", Text, nullable=False),
)

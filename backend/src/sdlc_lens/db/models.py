"""The tables. The search index and its triggers are not among them: Alembic's first revision
makes them, and the database keeps them."""

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
    Column("source", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("blob_id", Text, nullable=False),
    Column("parsed_by", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    UniqueConstraint("project_id", "path"),
    Index(None, "project_id", "type", "doc_id"),
    Index(None, "project_id", "updated_at"),
)

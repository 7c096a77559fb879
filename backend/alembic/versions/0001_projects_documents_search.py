"""Projects, their documents, and the search index that the database keeps by itself."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The index holds no text of its own: it reads the documents' sources through this view.
SEARCH = (
    """
    CREATE VIEW search_text AS
    SELECT id, title, CAST(source AS TEXT) AS body FROM documents
    """,
    """
    CREATE VIRTUAL TABLE search USING fts5(
        title, body, content='search_text', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER search_insert AFTER INSERT ON documents BEGIN
        INSERT INTO search (rowid, title, body)
        VALUES (new.id, new.title, CAST(new.source AS TEXT));
    END
    """,
    """
    CREATE TRIGGER search_delete AFTER DELETE ON documents BEGIN
        INSERT INTO search (search, rowid, title, body)
        VALUES ('delete', old.id, old.title, CAST(old.source AS TEXT));
    END
    """,
    """
    CREATE TRIGGER search_update AFTER UPDATE OF title, source ON documents BEGIN
        INSERT INTO search (search, rowid, title, body)
        VALUES ('delete', old.id, old.title, CAST(old.source AS TEXT));
        INSERT INTO search (rowid, title, body)
        VALUES (new.id, new.title, CAST(new.source AS TEXT));
    END
    """,
)


def upgrade() -> None:
    create_projects()
    create_documents()
    for statement in SEARCH:
        op.execute(statement)


def create_projects() -> None:
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("source_type", sa.Text, nullable=False),
        sa.Column("sdlc_path", sa.Text),
        sa.Column("auto_sync", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("schema_version", sa.Integer),
        sa.Column("profile", sa.Text),
        sa.Column("warnings", sa.Text, nullable=False, server_default=sa.text("'[]'")),
        sa.Column("sync_status", sa.Text, nullable=False, server_default=sa.text("'never_synced'")),
        sa.Column("sync_error", sa.Text),
        sa.Column("lease", sa.Text),
        sa.Column("lease_ends_at", sa.Text),
        sa.Column("last_synced_at", sa.Text),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("slug", name="uq_projects_slug"),
    )


def create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("doc_id", sa.Text, nullable=False),
        sa.Column("ref", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("status", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("priority", sa.Text),
        sa.Column("story_points", sa.Float),
        sa.Column("epic", sa.Text),
        sa.Column("story", sa.Text),
        sa.Column("fields", sa.Text, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("blob_id", sa.Text, nullable=False),
        sa.Column("parsed_by", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_documents_project_id_projects",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("project_id", "path", name="uq_documents_project_id_path"),
    )
    op.create_index(
        "ix_documents_project_id_type_doc_id", "documents", ["project_id", "type", "doc_id"]
    )
    op.create_index("ix_documents_project_id_updated_at", "documents", ["project_id", "updated_at"])


def downgrade() -> None:
    op.execute("DROP TABLE search")
    op.execute("DROP VIEW search_text")
    op.drop_table("documents")
    op.drop_table("projects")

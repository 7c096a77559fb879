"""References between documents, reports of syncs, stored health reports; sources stand last."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# A row of the index; `name` is what a document is asked for by: its file and its id.
ROW = "{0}.id, {0}.doc_id || ' ' || coalesce({0}.ref, ''), {0}.title, CAST({0}.source AS TEXT)"
ADD = f"INSERT INTO search (rowid, name, title, body) VALUES ({ROW.format('new')})"
FORGET = (
    f"INSERT INTO search (search, rowid, name, title, body) VALUES ('delete', {ROW.format('old')})"
)
SEARCH = (
    f"CREATE VIEW search_text (id, name, title, body) AS SELECT {ROW.format('documents')}"
    " FROM documents",
    """
    CREATE VIRTUAL TABLE search USING fts5(
        name, title, body, content='search_text', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    f"CREATE TRIGGER search_insert AFTER INSERT ON documents BEGIN {ADD}; END",
    f"CREATE TRIGGER search_delete AFTER DELETE ON documents BEGIN {FORGET}; END",
    "CREATE TRIGGER search_update AFTER UPDATE OF doc_id, ref, title, source ON documents"
    f" BEGIN {FORGET}; {ADD}; END",
    "INSERT INTO search (search) VALUES ('rebuild')",
)
KEPT = (
    "id, project_id, path, type, doc_id, ref, title, status, owner, priority, story_points, epic,"
    " story, fields, sha256, blob_id, parsed_by, updated_at, source"
)


def upgrade() -> None:
    add_project_columns()
    rebuild_documents()
    create_references()
    create_syncs()
    create_health_reports()


def add_project_columns() -> None:
    revision = sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("0"))
    op.add_column("projects", revision)
    vocabulary = sa.Column("vocabulary", sa.Text, nullable=False, server_default=sa.text("'{}'"))
    op.add_column("projects", vocabulary)


def rebuild_documents() -> None:
    """Make the source the last column: SQLite reads through a row, so all else comes first."""
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER search_{name}")
    op.execute("DROP TABLE search")
    op.execute("DROP VIEW search_text")
    op.rename_table("documents", "documents_before")
    for name in ("project_id_type_doc_id", "project_id_updated_at"):
        op.drop_index(f"ix_documents_{name}")
    create_documents()
    op.execute(f"INSERT INTO documents ({KEPT}) SELECT {KEPT} FROM documents_before")
    op.drop_table("documents_before")
    for statement in SEARCH:
        op.execute(statement)
    statistics = ["type", "status", "story_points"]
    for columns in (["type", "doc_id"], statistics, ["updated_at", "path"]):
        name = "_".join(["ix_documents_project_id", *columns])
        op.create_index(name, "documents", ["project_id", *columns])


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
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("blob_id", sa.Text, nullable=False),
        sa.Column("parsed_by", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
        sa.Column("content_start", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("content_length", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_documents_project_id_projects",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("project_id", "path", name="uq_documents_project_id_path"),
    )


def create_references() -> None:
    op.create_table(
        "document_refs",
        belongs_to("document"),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("own", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "ref", name="pk_document_refs"),
        foreign_key("document_refs", "document"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_document_refs_ref", "document_refs", ["ref"])
    op.create_table(
        "document_links",
        belongs_to("document"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("relation", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "position", name="pk_document_links"),
        foreign_key("document_links", "document"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_document_links_target", "document_links", ["target"])


def create_syncs() -> None:
    counts = ("added", "changed", "unchanged", "removed", "failed")
    op.create_table(
        "syncs",
        sa.Column("id", sa.Integer, nullable=False),
        belongs_to("project"),
        sa.Column("trigger", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("finished_at", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        sa.Column("failures", sa.Text, nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_syncs"),
        foreign_key("syncs", "project"),
    )
    op.create_index("ix_syncs_project_id", "syncs", ["project_id"])


def create_health_reports() -> None:
    op.create_table(
        "health_reports",
        belongs_to("project"),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("rules_version", sa.Integer, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="pk_health_reports"),
        foreign_key("health_reports", "project"),
    )


def belongs_to(noun: str) -> sa.Column[int]:
    return sa.Column(f"{noun}_id", sa.Integer, nullable=False)


def foreign_key(table: str, noun: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{noun}_id_{noun}s"
    return sa.ForeignKeyConstraint([f"{noun}_id"], [f"{noun}s.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    for table in ("health_reports", "syncs", "document_links", "document_refs"):
        op.drop_table(table)
    op.drop_index("ix_documents_project_id_type_status_story_points")
    op.drop_index("ix_documents_project_id_updated_at_path")
    op.create_index("ix_documents_project_id_updated_at", "documents", ["project_id", "updated_at"])
    for table, column in (
        ("documents", "content_start"),
        ("documents", "content_length"),
        ("projects", "revision"),
        ("projects", "vocabulary"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")

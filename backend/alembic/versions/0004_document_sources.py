"""Sources in a table of their own, acceptance criteria, paths of links, durations of syncs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# `fold` is a function that the program gives to its connections, `folding.fold`.
COLUMNS = "rowid, name, title, body"
NAMES = "documents.id, fold(doc_id || ' ' || coalesce(ref, '')), fold(title)"
JOINED = "documents JOIN document_sources ON document_id = documents.id"
FORGET = f"INSERT INTO search (search, {COLUMNS}) SELECT 'delete', {NAMES}"
ADD = f"INSERT INTO search ({COLUMNS}) SELECT {NAMES}"
ONE = f"fold(source) FROM {JOINED} WHERE documents.id = {{}}.id"
ITS_OWN = "fold({0}.source) FROM documents WHERE documents.id = {0}.document_id"
SEARCH = (
    "CREATE VIEW search_text (id, name, title, body) AS"
    f" SELECT {NAMES}, fold(source) FROM {JOINED}",
    """
    CREATE VIRTUAL TABLE search USING fts5(
        name, title, body, content='search_text', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    "CREATE TRIGGER search_insert AFTER INSERT ON document_sources"
    f" BEGIN {ADD}, {ITS_OWN.format('new')}; END",
    "CREATE TRIGGER search_change AFTER UPDATE OF source ON document_sources"
    f" BEGIN {FORGET}, {ITS_OWN.format('old')}; {ADD}, {ITS_OWN.format('new')}; END",
    "CREATE TRIGGER search_remove BEFORE DELETE ON document_sources"
    f" BEGIN {FORGET}, {ITS_OWN.format('old')}; END",
    # When the source is deleted with its document, the document is gone before.
    f"CREATE TRIGGER search_delete BEFORE DELETE ON documents BEGIN {FORGET}, {ONE.format('old')};"
    " END",
    "CREATE TRIGGER search_forget BEFORE UPDATE OF doc_id, ref, title ON documents"
    f" BEGIN {FORGET}, {ONE.format('old')}; END",
    "CREATE TRIGGER search_update AFTER UPDATE OF doc_id, ref, title ON documents"
    f" BEGIN {ADD}, {ONE.format('new')}; END",
    "INSERT INTO search (search) VALUES ('rebuild')",
)
ROW = "{0}.id, fold({0}.doc_id || ' ' || coalesce({0}.ref, '')), fold({0}.title), fold({0}.source)"
SEARCH_BEFORE = (
    "CREATE VIEW search_text (id, name, title, body) AS SELECT"
    f" {ROW.format('documents')} FROM documents",
    SEARCH[1],
    f"CREATE TRIGGER search_insert AFTER INSERT ON documents"
    f" BEGIN INSERT INTO search ({COLUMNS}) VALUES ({ROW.format('new')}); END",
    "CREATE TRIGGER search_delete AFTER DELETE ON documents"
    f" BEGIN INSERT INTO search (search, {COLUMNS}) VALUES ('delete', {ROW.format('old')}); END",
    "CREATE TRIGGER search_update AFTER UPDATE OF doc_id, ref, title, source ON documents"
    f" BEGIN INSERT INTO search (search, {COLUMNS}) VALUES ('delete', {ROW.format('old')});"
    f" INSERT INTO search ({COLUMNS}) VALUES ({ROW.format('new')}); END",
    SEARCH[-1],
)


STATISTICS = ["project_id", "type", "status", "severity", "story_points"]
STATISTICS += ["criteria_counts", "records_verification", "is_unproven"]


def upgrade() -> None:
    drop_search("insert", "delete", "update")
    move_sources()
    op.execute("ALTER TABLE documents DROP COLUMN sha256")
    op.execute("ALTER TABLE documents RENAME COLUMN fields TO metadata")
    run(SEARCH)
    add_criteria()
    op.add_column("document_links", sa.Column("path", sa.Text))
    op.add_column("document_links", flag("candidate"))
    op.add_column("projects", sa.Column("adopt_after", sa.Integer))
    op.add_column("projects", sa.Column("synced_path", sa.Text))
    op.execute("UPDATE projects SET synced_path = sdlc_path WHERE last_synced_at IS NOT NULL")
    op.add_column("syncs", sa.Column("held_back", sa.Text))
    create_sync_durations()


def move_sources() -> None:
    op.create_table(
        "document_sources",
        sa.Column("document_id", sa.Integer, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_sources"),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_document_sources_document_id_documents",
            ondelete="CASCADE",
        ),
    )
    op.execute("INSERT INTO document_sources SELECT id, source FROM documents")
    op.execute("ALTER TABLE documents DROP COLUMN source")


def add_criteria() -> None:
    # `criteria` is the last column, and long: SQLite reads a row only as far as it is asked for.
    for column in (
        sa.Column("severity", sa.Text),
        sa.Column("criteria_counts", sa.Text),
        flag("records_verification"),
        flag("is_unproven"),
        sa.Column("criteria", sa.Text, nullable=False, server_default="[]"),
    ):
        op.add_column("documents", column)
    op.drop_index("ix_documents_project_id_type_status_story_points")
    op.create_index("ix_documents_statistics", "documents", STATISTICS)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def create_sync_durations() -> None:
    op.create_table(
        "sync_durations",
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("at_most", sa.Float, nullable=False),
        sa.Column("syncs", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "outcome", "at_most", name="pk_sync_durations"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name="fk_sync_durations_project_id_projects",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )


def drop_search(*triggers: str) -> None:
    for name in triggers:
        op.execute(f"DROP TRIGGER search_{name}")
    op.execute("DROP TABLE search")
    op.execute("DROP VIEW search_text")


def run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("sync_durations")
    op.execute("ALTER TABLE syncs DROP COLUMN held_back")
    op.execute("ALTER TABLE projects DROP COLUMN synced_path")
    op.drop_index("ix_documents_statistics")
    for name in ("criteria", "is_unproven", "records_verification", "criteria_counts", "severity"):
        op.execute(f"ALTER TABLE documents DROP COLUMN {name}")
    former = ["project_id", "type", "status", "story_points"]
    op.create_index("ix_documents_project_id_type_status_story_points", "documents", former)
    for name in ("candidate", "path"):
        op.execute(f"ALTER TABLE document_links DROP COLUMN {name}")
    op.execute("ALTER TABLE projects DROP COLUMN adopt_after")
    drop_search("insert", "change", "remove", "delete", "forget", "update")
    op.execute("ALTER TABLE documents RENAME COLUMN metadata TO fields")
    op.execute("ALTER TABLE documents ADD COLUMN sha256 TEXT NOT NULL DEFAULT ''")
    op.execute("ALTER TABLE documents ADD COLUMN source BLOB NOT NULL DEFAULT x''")
    op.execute(
        "UPDATE documents SET source ="
        " (SELECT source FROM document_sources WHERE document_id = documents.id)"
    )
    op.drop_table("document_sources")
    run(SEARCH_BEFORE)

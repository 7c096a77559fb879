"""A search index that SQLite keeps by itself: what is indexed is stored."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = "rowid, name, title, body"
ROW = (
    "{0}document_id, {0}indexed_name, {0}indexed_title,"
    " coalesce({0}indexed_text, CAST({0}source AS TEXT))"
)
ADD = f"INSERT INTO search ({COLUMNS}) VALUES ({ROW.format('new.')})"
FORGET = f"INSERT INTO search (search, {COLUMNS}) VALUES ('delete', {ROW.format('old.')})"
# The source was changed by another program, which does not know how to fold its text.
IS_STALE = (
    "old.indexed_text IS NOT NULL AND new.indexed_text IS old.indexed_text"
    " AND new.source IS NOT old.source"
)
CHANGE = "AFTER UPDATE OF indexed_name, indexed_title, indexed_text, source ON document_sources"
SEARCH = (
    "CREATE VIEW search_text (id, name, title, body) AS"
    f" SELECT {ROW.format('')} FROM document_sources",
    """
    CREATE VIRTUAL TABLE search USING fts5(
        name, title, body, content='search_text', content_rowid='id', prefix='2',
        tokenize='unicode61 remove_diacritics 2'
    )
    """,
    f"CREATE TRIGGER search_insert AFTER INSERT ON document_sources BEGIN {ADD}; END",
    f"CREATE TRIGGER search_delete AFTER DELETE ON document_sources BEGIN {FORGET}; END",
    f"CREATE TRIGGER search_change {CHANGE} WHEN NOT ({IS_STALE}) BEGIN {FORGET}; {ADD}; END",
    f"CREATE TRIGGER search_other_source {CHANGE} WHEN {IS_STALE} BEGIN {FORGET}; {ADD};"
    " UPDATE document_sources SET indexed_text = NULL WHERE document_id = new.document_id; END",
    "CREATE TRIGGER search_other_name AFTER UPDATE OF doc_id, ref, title ON documents BEGIN"
    " UPDATE document_sources SET indexed_name = new.doc_id || ' ' || coalesce(new.ref, ''),"
    " indexed_title = new.title WHERE document_id = new.id; END",
    # Also where foreign keys are off, as they are in other programs.
    "CREATE TRIGGER search_other_delete AFTER DELETE ON documents BEGIN"
    " DELETE FROM document_sources WHERE document_id = old.id; END",
    # Written in larger portions and merged less often than SQLite does by default.
    f"INSERT INTO search (search, rank) VALUES ('hashsize', {8 * 2**20})",
    "INSERT INTO search (search, rank) VALUES ('automerge', 16)",
    "INSERT INTO search (search) VALUES ('rebuild')",
)


def upgrade() -> None:
    drop_search("insert", "change", "remove", "delete", "forget", "update")
    for name in ("indexed_name", "indexed_title"):
        column = sa.Column(name, sa.Text, nullable=False, server_default=sa.text("''"))
        op.add_column("document_sources", column)
    op.add_column("document_sources", sa.Column("indexed_text", sa.Text))
    # `fold` and `indexed_text` are functions that the program gives to its connections.
    op.execute(
        "UPDATE document_sources SET indexed_text = indexed_text(source),"
        " (indexed_name, indexed_title) ="
        " (SELECT fold(doc_id || ' ' || coalesce(ref, '')), fold(title) FROM documents"
        " WHERE id = document_id)"
    )
    for statement in SEARCH:
        op.execute(statement)


def downgrade() -> None:
    drop_search("insert", "delete", "change", "other_source", "other_name", "other_delete")
    for name in ("indexed_name", "indexed_title", "indexed_text"):
        op.drop_column("document_sources", name)
    environment = op.get_context().environment_context
    assert environment is not None
    for statement in environment.script.get_revision(down_revision).module.SEARCH:
        op.execute(statement)


def drop_search(*triggers: str) -> None:
    for name in triggers:
        op.execute(f"DROP TRIGGER search_{name}")
    op.execute("DROP TABLE search")
    op.execute("DROP VIEW search_text")

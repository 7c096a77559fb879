"""The search index knows texts without case and accents of every script, folded by the program."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# A row of the index; `name` is what a document is asked for by: its file and its id. `fold` is
# a function that the program gives to its connections, `folding.fold`.
FOLDED = (
    "{0}.id, fold({0}.doc_id || ' ' || coalesce({0}.ref, '')), fold({0}.title), fold({0}.source)"
)
AS_WRITTEN = (
    "{0}.id, {0}.doc_id || ' ' || coalesce({0}.ref, ''), {0}.title, CAST({0}.source AS TEXT)"
)


def upgrade() -> None:
    rebuild_index(FOLDED)


def downgrade() -> None:
    rebuild_index(AS_WRITTEN)


def rebuild_index(row: str) -> None:
    for name in ("insert", "delete", "update"):
        op.execute(f"DROP TRIGGER search_{name}")
    op.execute("DROP TABLE search")
    op.execute("DROP VIEW search_text")
    for statement in statements(row):
        op.execute(statement)


def statements(row: str) -> tuple[str, ...]:
    columns = "rowid, name, title, body"
    add = f"INSERT INTO search ({columns}) VALUES ({row.format('new')})"
    forget = f"INSERT INTO search (search, {columns}) VALUES ('delete', {row.format('old')})"
    return (
        f"CREATE VIEW search_text (id, name, title, body) AS SELECT {row.format('documents')}"
        " FROM documents",
        """
        CREATE VIRTUAL TABLE search USING fts5(
            name, title, body, content='search_text', content_rowid='id',
            tokenize='unicode61 remove_diacritics 2'
        )
        """,
        f"CREATE TRIGGER search_insert AFTER INSERT ON documents BEGIN {add}; END",
        f"CREATE TRIGGER search_delete AFTER DELETE ON documents BEGIN {forget}; END",
        "CREATE TRIGGER search_update AFTER UPDATE OF doc_id, ref, title, source ON documents"
        f" BEGIN {forget}; {add}; END",
        "INSERT INTO search (search) VALUES ('rebuild')",
    )

"""A database of every earlier revision, with rows in it, becomes a current one."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from sdlc_lens.db import file
from sdlc_lens.db.functions import add_functions
from sdlc_lens.db.migration import REVISIONS, alembic_folder, migrate

ROWS = """
INSERT INTO projects (id, slug, name, source_type, sdlc_path, sync_status, created_at)
VALUES (7, 'tide', 'Tide', 'local', '/data/projects/tide', 'synced', '2026-01-01T00:00:00.000Z');
INSERT INTO documents
    (id, project_id, path, type, doc_id, title, source, sha256, blob_id, parsed_by, updated_at)
VALUES (9, 7, 'prd.md', 'prd', 'prd', 'Gauge', CAST('# Gauge of the harbour' AS BLOB),
        'f', 'b', '1', '2026-01-02T00:00:00.000Z');
"""


@pytest.fixture
def at_0001(tmp_path: Path) -> Path:
    path = tmp_path / "lens.db"
    configuration = Config(alembic_folder() / "alembic.ini")
    configuration.attributes["database_path"] = path
    command.upgrade(configuration, "0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(ROWS)
    return path


def test_rows_of_the_first_revision_stay(at_0001: Path) -> None:
    assert migrate(at_0001)
    assert file.look(at_0001).revision == REVISIONS[-1]
    with closing(sqlite3.connect(at_0001)) as connection:
        found = connection.execute(
            "SELECT id, path, title, source, parsed_by, updated_at, content_start FROM documents"
        ).fetchall()
        project = connection.execute("SELECT slug, revision, vocabulary FROM projects").fetchall()
    source = b"# Gauge of the harbour"
    assert found == [(9, "prd.md", "Gauge", source, "1", "2026-01-02T00:00:00.000Z", 0)]
    assert project == [("tide", 0, "{}")]


def test_search_index_goes_on_following_the_documents(at_0001: Path) -> None:
    def found(words: str) -> list[tuple[int]]:
        query = "SELECT rowid FROM search WHERE search MATCH ?"
        return connection.execute(query, (words,)).fetchall()

    migrate(at_0001)
    with closing(sqlite3.connect(at_0001)) as connection:
        add_functions(connection)
        assert found("harbour") == [(9,)]
        connection.execute("UPDATE documents SET source = CAST('# Swell' AS BLOB), title = 'Swell'")
        assert (found("harbour"), found("swell")) == ([], [(9,)])
        connection.execute("DELETE FROM documents")
        assert found("swell") == []
        connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")

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


REFERENCES = """
INSERT INTO document_refs VALUES (9, 'US0001', 1);
INSERT INTO document_links VALUES (9, 0, 'epic', 'EP0001');
UPDATE projects SET last_synced_at = '2026-01-01T00:00:00.000Z';
"""


def upgrade(path: Path, revision: str) -> None:
    configuration = Config(alembic_folder() / "alembic.ini")
    configuration.attributes["database_path"] = path
    command.upgrade(configuration, revision)


@pytest.fixture
def at_0001(tmp_path: Path) -> Path:
    path = tmp_path / "lens.db"
    upgrade(path, "0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(ROWS)
    return path


def test_rows_of_the_first_revision_stay(at_0001: Path) -> None:
    assert migrate(at_0001)
    assert file.look(at_0001).revision == REVISIONS[-1]
    with closing(sqlite3.connect(at_0001)) as connection:
        found = connection.execute(
            "SELECT id, path, title, source, parsed_by, updated_at, content_start, metadata"
            " FROM documents JOIN document_sources ON document_id = id"
        ).fetchall()
        project = connection.execute(
            "SELECT slug, revision, vocabulary, synced_path FROM projects"
        ).fetchall()
    source = b"# Gauge of the harbour"
    assert found == [(9, "prd.md", "Gauge", source, "1", "2026-01-02T00:00:00.000Z", 0, "{}")]
    assert project == [("tide", 0, "{}", None)]


def test_references_of_the_third_revision_stay(at_0001: Path) -> None:
    upgrade(at_0001, "0003")
    with closing(sqlite3.connect(at_0001)) as connection:
        connection.executescript(REFERENCES)
    assert migrate(at_0001)
    with closing(sqlite3.connect(at_0001)) as connection:
        refs = connection.execute("SELECT ref FROM document_refs").fetchall()
        links = connection.execute("SELECT target FROM document_links").fetchall()
        project = connection.execute("SELECT synced_path FROM projects").fetchall()
    assert (refs, links) == ([("US0001",)], [("EP0001",)])
    assert project == [("/data/projects/tide",)]


def test_search_index_goes_on_following_the_documents(at_0001: Path) -> None:
    def found(words: str) -> list[tuple[int]]:
        query = "SELECT rowid FROM search WHERE search MATCH ?"
        return connection.execute(query, (words,)).fetchall()

    def check() -> None:
        connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")

    migrate(at_0001)
    with closing(sqlite3.connect(at_0001)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        add_functions(connection)
        assert found("harbour") == [(9,)]
        connection.execute("UPDATE document_sources SET source = CAST('# Swell' AS BLOB)")
        connection.execute("UPDATE documents SET title = 'Surge'")
        assert (found("harbour"), found("gauge")) == ([], [])
        assert found("swell") == found("surge") == [(9,)]
        check()
        connection.execute("DELETE FROM documents")
        assert found("swell") == []
        check()

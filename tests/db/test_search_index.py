"""The search index follows the documents by itself."""

import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from support.documents import row, stored

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import Database
from sdlc_lens.db.tables import document_links, document_refs, document_sources, documents
from sdlc_lens.domain.search.folding import fold, indexed_text
from sdlc_lens.queries import ingest
from sdlc_lens.queries.ingest import remove_documents, stored_documents
from sdlc_lens.queries.projects import remove_project

pytestmark = pytest.mark.anyio

FIND = "SELECT rowid FROM search WHERE search MATCH :words"
CHANGE = text(
    "UPDATE document_sources SET source = CAST('new words' AS BLOB) WHERE document_id = :id"
)
CHECK = text("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


async def found(database: Database, words: str) -> int:
    async with database.read() as session:
        return len(await session.run(rows, FIND, {"words": words}))


async def require_sound_index(database: Database) -> None:
    async with database.write() as session:
        await session.execute(CHECK)


async def test_added_documents_are_found_by_title_and_text(database: Database) -> None:
    await stored(
        database,
        row(0, "a.md", title="Gauge", source=b"# Gauge\n\nsync_engine.py reads the sill"),
        row(0, "b.md", title="Swell", source="# Swell\n\nÜber Wellen".encode()),
    )
    assert await found(database, "gauge") == 1
    assert await found(database, "sill") == 1
    assert await found(database, "engine") == 1
    assert await found(database, "uber") == 1
    assert await found(database, "tide") == 0
    await require_sound_index(database)


async def test_changed_and_removed_documents(database: Database) -> None:
    project = await stored(database, row(0, "a.md", source=b"old words"), row(0, "b.md"))
    async with database.write() as session:
        known = await stored_documents(session, project.id)
        await session.execute(CHANGE, {"id": known["a.md"].id})
        await remove_documents(session, [known["b.md"].id])
    assert await found(database, "old") == 0
    assert await found(database, "new") == 1
    assert await found(database, "words") == 1
    await require_sound_index(database)


async def test_removed_project_is_removed_from_the_index(database: Database) -> None:
    await stored(database, row(0, "a.md", source=b"harbour"), slug="one")
    await stored(database, row(0, "a.md", source=b"harbour"), slug="two")
    async with database.write() as session:
        await remove_project(session, "one")
    assert await found(database, "harbour") == 1
    await require_sound_index(database)


async def test_invalid_utf8(database: Database) -> None:
    project = await stored(database, row(0, "a.md", source=b"\xff\xfe\0nul and more"))
    async with database.write() as session:
        (document,) = (await stored_documents(session, project.id)).values()
        await remove_documents(session, [document.id])
    assert await found(database, "more") == 0
    await require_sound_index(database)


@pytest.fixture
def other_program(migrated: Path) -> Iterator[sqlite3.Connection]:
    """The database as any program opens it: without our functions and settings."""
    with closing(sqlite3.connect(migrated, isolation_level=None)) as connection:
        yield connection


def found_by(connection: sqlite3.Connection, words: str) -> list[int]:
    """The documents with these words, in a sound index."""
    connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
    query = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid"
    return [found for (found,) in connection.execute(query, (words,))]


GREEK = "\u03b5\u03bb\u03bb\u03b1\u03b4\u03b1"
BOTH = (
    row(
        0,
        "a.md",
        title="\u0395\u03bb\u03bb\u03ac\u03b4\u03b1",
        source="Stra\u00dfe zum sill".encode(),
    ),
    row(0, "b.md", title="Gauge", source=b"the sill"),
)


async def test_other_programs_change_documents(
    database: Database, other_program: sqlite3.Connection
) -> None:
    await stored(database, *BOTH)
    greek, english = found_by(other_program, "sill")
    assert found_by(other_program, "strasse") == found_by(other_program, GREEK) == [greek]
    other_program.execute("UPDATE document_sources SET source = CAST('the swell' AS BLOB)")
    assert (found_by(other_program, "sill"), found_by(other_program, "strasse")) == ([], [])
    assert found_by(other_program, "swell") == [greek, english]
    other_program.execute("UPDATE documents SET title = 'Tide table'")
    assert found_by(other_program, "title : tide") == [greek, english]
    assert found_by(other_program, f"gauge OR {GREEK}") == []
    other_program.execute("DELETE FROM documents WHERE id = ?", (english,))
    assert found_by(other_program, "swell") == [greek]


async def test_other_programs_add_documents(
    database: Database, other_program: sqlite3.Connection
) -> None:
    await stored(database, *BOTH)
    other_program.executescript(
        """
        CREATE TEMP TABLE copy AS SELECT * FROM documents WHERE path = 'b.md';
        UPDATE copy SET id = 100, path = 'c.md';
        INSERT INTO documents SELECT * FROM copy;
        INSERT INTO document_sources (document_id, source) VALUES (100, CAST('Tide' AS BLOB));
        """
    )
    assert found_by(other_program, "tide") == [100]
    other_program.execute("INSERT INTO search (search) VALUES ('rebuild')")
    assert len(found_by(other_program, "sill")) == 2


async def test_folding_that_has_changed(
    database: Database, other_program: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await stored(database, *BOTH)
    first, second = found_by(other_program, "sill")
    monkeypatch.setattr(ingest, "fold", str.upper)
    monkeypatch.setattr(ingest, "indexed_text", lambda _: "folded otherwise")
    async with database.write() as session:
        changed = row(project.id, "a.md", title="Swell") | {"id": first}
        rows = {documents: [changed], document_sources: [ingest.source_row(changed, b"")]}
        await ingest.replace_fields(session, rows | {document_refs: [], document_links: []})
    assert found_by(other_program, "otherwise") == found_by(other_program, "swell") == [first]
    assert found_by(other_program, "sill") == [second]
    async with database.write() as session:
        await remove_documents(session, [first, second])
    assert found_by(other_program, "sill OR swell OR otherwise") == []


def test_texts_that_are_indexed_as_they_stand_are_folded_by_sqlite() -> None:
    """Each character in the middle of a word; of the many of China and Korea every hundredth."""
    without_meaning = {"Cn", "Co", "Cs"}  # not assigned, private, half of a pair
    codes = (*range(0x3400), *range(0x3400, 0xD7A4, 100), *range(0xD7A4, 0x20000))
    meant = [one for one in map(chr, codes) if unicodedata.category(one) not in without_meaning]
    as_it_stands = [one for one in meant if indexed_text(one.encode()) is None]
    assert len(as_it_stands) > 4000
    text = " ".join(f"a{one}b" for one in as_it_stands)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            """
            CREATE VIRTUAL TABLE search
            USING fts5(body, tokenize='unicode61 remove_diacritics 2');
            CREATE VIRTUAL TABLE tokens USING fts5vocab(search, instance);
            """
        )
        connection.executemany("INSERT INTO search VALUES (?)", [(text,), (fold(text),)])
        query = "SELECT offset, term FROM tokens WHERE doc = ? ORDER BY offset"
        as_stored, folded = (connection.execute(query, (number,)).fetchall() for number in (1, 2))
        assert as_stored == folded


@pytest.mark.parametrize(("going", "left"), [(3, 1), (1, 3), (2, 2)])
async def test_removed_project_leaves_the_index_of_others(
    database: Database, going: int, left: int
) -> None:
    for slug, count in (("gone", going), ("left", left)):
        sources = (f"# Quay\n\n{slug} number{n}".encode() for n in range(count))
        files = [row(0, f"{n}.md", source=source) for n, source in enumerate(sources)]
        project = await stored(database, *files, slug=slug)
    async with database.write() as session:
        await remove_project(session, "gone")
    await require_sound_index(database)
    assert (await found(database, "gone"), await found(database, "left")) == (0, left)
    async with database.write() as session:
        known = await stored_documents(session, project.id)
        await remove_documents(session, [known["0.md"].id])
    await require_sound_index(database)
    assert await found(database, "number0") == 0

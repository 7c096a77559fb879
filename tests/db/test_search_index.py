"""The search index follows the documents by itself."""

import pytest
from sqlalchemy import text
from support.documents import row, stored

from sdlc_lens.db.database import Database
from sdlc_lens.queries.ingest import remove_documents, stored_documents
from sdlc_lens.queries.projects import remove_project

pytestmark = pytest.mark.anyio

FIND = text("SELECT rowid FROM search WHERE search MATCH :words")
CHANGE = text(
    "UPDATE document_sources SET source = CAST('new words' AS BLOB) WHERE document_id = :id"
)
CHECK = text("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


async def found(database: Database, words: str) -> int:
    async with database.read() as session:
        return len((await session.execute(FIND, {"words": words})).all())


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


async def test_removed_project_takes_its_entries_along(database: Database) -> None:
    await stored(database, row(0, "a.md", source=b"harbour"), slug="one")
    await stored(database, row(0, "a.md", source=b"harbour"), slug="two")
    async with database.write() as session:
        await remove_project(session, "one")
    assert await found(database, "harbour") == 1
    await require_sound_index(database)


async def test_bytes_that_are_no_text(database: Database) -> None:
    project = await stored(database, row(0, "a.md", source=b"\xff\xfe\0nul and more"))
    async with database.write() as session:
        (document,) = (await stored_documents(session, project.id)).values()
        await remove_documents(session, [document.id])
    assert await found(database, "more") == 0
    await require_sound_index(database)

"""Transactions: writers one after the other, readers on one state, nothing lost."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from sdlc_lens.db.session import WRITERS, Database, ReadSession, WriteSession

pytestmark = pytest.mark.anyio

ADD = text(
    "INSERT INTO projects (slug, name, source_type, created_at) VALUES (:slug, :slug, 'local', '')"
)


async def slugs(session: ReadSession) -> list[str]:
    return list(await session.scalars(text("SELECT slug FROM projects ORDER BY slug")))


async def test_write_is_committed_at_the_end_of_its_block(database: Database) -> None:
    async with database.write() as session:
        await session.execute(ADD, {"slug": "a"})
        async with database.read() as reading:
            assert await slugs(reading) == []
    async with database.read() as reading:
        assert await slugs(reading) == ["a"]


async def test_write_that_raises_leaves_nothing(database: Database) -> None:
    async def fail_halfway() -> None:
        async with database.write() as session:
            await session.execute(ADD, {"slug": "a"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_halfway()
    async with database.read() as reading:
        assert await slugs(reading) == []


async def test_reader_sees_one_state(database: Database) -> None:
    async with database.read() as reading:
        assert await slugs(reading) == []
        async with database.write() as session:
            await session.execute(ADD, {"slug": "a"})
        assert await slugs(reading) == []


async def test_concurrent_changes_lose_nothing(database: Database) -> None:
    async with database.write() as session:
        await session.execute(ADD, {"slug": "0"})

    async def count_up() -> None:
        async with database.write() as session:
            (slug,) = await slugs(session)
            change = text("UPDATE projects SET slug = :slug")
            await session.execute(change, {"slug": str(int(slug) + 1)})

    await asyncio.gather(*(count_up() for _ in range(40)))
    async with database.read() as reading:
        assert await slugs(reading) == ["40"]


async def test_connections_are_prepared(database: Database) -> None:
    async with database.read() as session:
        assert await session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1
        assert await session.scalar(text("PRAGMA busy_timeout")) >= 5000


async def test_foreign_keys_hold(database: Database) -> None:
    broken = text(
        "INSERT INTO documents (project_id, path, type, doc_id, title, source, sha256, blob_id,"
        " parsed_by, updated_at) VALUES (99, '', '', '', '', '', '', '', '', '')"
    )
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(broken)


async def test_missing_file_is_not_made(tmp_path: Path) -> None:
    database = Database(tmp_path / "missing.db")
    with pytest.raises(OperationalError):
        async with database.read() as session:
            await slugs(session)
    await database.close()
    await asyncio.sleep(0.1)  # the driver's thread tells this loop of its end
    assert not list(tmp_path.iterdir())


def test_what_may_be_written_may_be_read() -> None:
    assert issubclass(WriteSession, ReadSession)


async def test_writers_that_wait_do_not_keep_readers_waiting(database: Database) -> None:
    async def write() -> None:
        async with database.write() as session:
            await session.execute(text("SELECT 1"))

    async with database.write() as session:
        await session.execute(text("SELECT 1"))
        waiting = [asyncio.create_task(write()) for _ in range(WRITERS - 1)]
        await asyncio.sleep(0.1)
        async with asyncio.timeout(1), database.read() as reading:
            assert await reading.scalar(text("SELECT 1")) == 1
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)

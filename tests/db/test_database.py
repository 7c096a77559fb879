"""Transactions: writers one after the other, readers on one state, nothing lost."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from support.processes import IN_TIME, PATIENCE_SECONDS

from sdlc_lens.db import database as session_module
from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import Database, WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.errors import Busy

pytestmark = pytest.mark.anyio

ADD = text(
    "INSERT INTO projects (slug, name, source_type, created_at) VALUES (:slug, :slug, 'local', '')"
)


async def slugs(session: ReadSession) -> list[str]:
    found = await session.run(rows, "SELECT slug FROM projects ORDER BY slug", {})
    return [row["slug"] for row in found]


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


async def test_change_that_is_cancelled_at_any_moment_leaves_no_connection(migrated: Path) -> None:
    async def change(database: Database) -> None:
        async with database.write() as session:
            await session.execute(ADD, {"slug": "a"})
            await session.rollback()

    tasks, others = asyncio.all_tasks(), set(threading.enumerate())
    steps, changed = 0, False
    while not changed:
        database = Database(migrated)
        changing = asyncio.create_task(change(database))
        for _ in range(steps):
            await asyncio.sleep(0)
        changing.cancel()
        await asyncio.sleep(0)
        changing.cancel()
        (error,) = await asyncio.gather(changing, return_exceptions=True)
        changed = error is None
        await database.close()
        steps += 10
    assert steps > 20
    connections = {thread for thread in threading.enumerate() if "connection" in thread.name}
    for thread in connections - others:
        await asyncio.to_thread(thread.join, IN_TIME)
        assert not thread.is_alive()
    left = asyncio.all_tasks() - tasks
    for task in left:  # SQLAlchemy's own, which wait for an answer of threads that have ended
        assert "graceful_close" in repr(task)
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


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
    settings = ("journal_mode", "foreign_keys", "temp_store")
    for open_session in (database.read, database.write):
        async with open_session() as session:
            found = [await session.run(rows, f"PRAGMA {name}", {}) for name in settings]
        assert [row[0] for (row,) in found] == ["wal", 1, 2]  # 2: in memory


async def test_foreign_keys_hold(database: Database) -> None:
    broken = text(
        "INSERT INTO documents (project_id, path, type, doc_id, title, blob_id, parsed_by,"
        " updated_at) VALUES (99, '', '', '', '', '', '', '')"
    )
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.execute(broken)


async def test_missing_file_is_not_created(tmp_path: Path) -> None:
    database = Database(tmp_path / "missing.db")
    with pytest.raises(OperationalError):
        async with database.read() as session:
            await slugs(session)
    await database.close()
    assert not list(tmp_path.iterdir())


def test_write_session_can_read() -> None:
    assert issubclass(WriteSession, ReadSession)


async def write(database: Database, wait_seconds: float = PATIENCE_SECONDS) -> None:
    """Write something."""
    async with database.write(wait_seconds) as session:
        await session.execute(text("UPDATE projects SET slug = slug"))


@contextmanager
def held(path: Path) -> Iterator[sqlite3.Connection]:
    """The right to write, in other hands until the transaction ends."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


async def test_writers_that_wait_do_not_keep_readers_waiting(database: Database) -> None:
    async with database.write():
        waiting = [asyncio.create_task(write(database)) for _ in range(20)]
        await asyncio.sleep(0)  # each runs up to where it waits
        async with asyncio.timeout(PATIENCE_SECONDS / 2), database.read() as reading:
            assert await reading.run(rows, "SELECT 1", {})
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)


async def test_writers_take_turns_in_the_order_of_asking(database: Database) -> None:
    order = []

    async def one(number: int) -> None:
        async with database.write():
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*map(one, range(10)))
    assert order == list(range(10))


async def test_writer_gives_up_when_its_turn_does_not_come(database: Database) -> None:
    async with database.write():
        for wait_seconds in (0, 0.1):
            with pytest.raises(Busy, match="Try again"):
                await write(database, wait_seconds)
    await write(database, 0)


async def test_writer_waits_for_another_process_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = asyncio.Event()

    def seen(error: OperationalError) -> bool:
        refused.set()
        return is_locked(error)

    is_locked = session_module._is_locked
    with held(database.path) as other:
        for wait_seconds in (0, 0.1):
            with pytest.raises(Busy, match="Try again"):
                await write(database, wait_seconds)
        monkeypatch.setattr(session_module, "_is_locked", seen)
        waiting = asyncio.create_task(write(database))
        await asyncio.wait_for(refused.wait(), PATIENCE_SECONDS)
        assert not waiting.done()
        other.execute("COMMIT")
        await waiting


async def test_failing_database_is_not_waited_for(database: Database) -> None:
    database.path.unlink()
    with pytest.raises(OperationalError, match="unable to open"):
        await asyncio.wait_for(write(database, 10 * PATIENCE_SECONDS), PATIENCE_SECONDS)


async def test_function_runs_inside_of_the_sessions_transaction(database: Database) -> None:
    def count(connection: sqlite3.Connection, table: str) -> int:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return found

    async with database.read() as reading:
        assert await reading.run(count, "projects") == 0
        async with database.write() as writing:
            await writing.execute(ADD, {"slug": "bay"})
            assert await writing.run(count, table="projects") == 1
        assert await reading.run(count, "projects") == 0
    async with database.read() as reading:
        with pytest.raises(OperationalError):
            await reading.run(count, "nothing")
        assert await reading.run(count, "projects") == 1

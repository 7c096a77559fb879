"""Calls to a connection's thread: few, and no result is lost."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest
from aiosqlite import core
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from support.processes import PATIENCE_SECONDS

from sdlc_lens.db.database import Database, rows
from sdlc_lens.db.driver import ROWS_AHEAD, THREAD, Connection

pytestmark = pytest.mark.anyio

HERE = threading.current_thread().name
NUMBERS = text(
    "WITH RECURSIVE numbers (n) AS"
    " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :last) SELECT n FROM numbers"
)


@pytest.mark.parametrize("last", [1, ROWS_AHEAD - 1, ROWS_AHEAD, ROWS_AHEAD + 1, 5 * ROWS_AHEAD])
async def test_every_row_comes_once(database: Database, last: int) -> None:
    async with database.read() as session:
        rows = (await session.scalars(NUMBERS, {"last": last})).all()
        result = await session.stream(NUMBERS, {"last": last})
        streamed = [n async for portion in result.partitions(300) for (n,) in portion]
        result = await session.stream(NUMBERS, {"last": last})
        begun = [await result.fetchone(), *await result.fetchmany(10), *await result.fetchall()]
    assert rows == streamed == [row[0] for row in begun if row] == list(range(1, last + 1))


async def test_query_is_one_trip(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    trips = []
    execute = core.Connection._execute

    async def counted(self: Connection, function: object, *arguments: object) -> object:
        trips.append(function)
        return await execute(self, function, *arguments)  # type: ignore[no-untyped-call]

    for number in range(3):
        async with database.read() as session:
            assert await session.scalar(text("SELECT 1")) == 1
            assert await session.scalar(text("SELECT 2")) == 2
        assert len(trips) == 2 * number  # the first of all opens the connection
        monkeypatch.setattr(core.Connection, "_execute", counted)


@pytest.mark.parametrize(("last", "threads"), [(2000, [HERE]), (20_000, [HERE, THREAD])])
async def test_long_query_leaves_the_event_loop(
    database: Database, last: int, threads: list[str]
) -> None:
    called = []

    def count(connection: sqlite3.Connection) -> list[int]:
        called.append(threading.current_thread().name)
        projects = connection.execute("SELECT count(*) FROM projects").fetchone()
        return [*projects, len(connection.execute(NUMBERS.text, {"last": last}).fetchall())]

    for _ in range(4):  # SQLite counts the steps of a statement from its first run
        called.clear()
        async with database.read() as session:
            assert await session.scalar(text("SELECT count(*) FROM projects")) == 0
            assert await session.run_here(count) == [0, last]
            assert await session.run(rows, NUMBERS.text, {"last": 20_000})
        assert called == threads


async def test_abandoned_query_does_not_affect_later_ones(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Semaphore(0)
    execute = core.Connection._execute

    async def seen(self: Connection, *arguments: object, **options: object) -> object:
        if "WITH RECURSIVE" in str(arguments):
            asked.release()
        return await execute(self, *arguments, **options)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(core.Connection, "_execute", seen)

    async def ask(last: int) -> int:
        async with database.read() as session:
            return len((await session.scalars(NUMBERS, {"last": last})).all())

    waiting = [asyncio.create_task(ask(200_000)) for _ in range(3)]
    for _ in waiting:
        await asyncio.wait_for(asked.acquire(), PATIENCE_SECONDS)
    for task in waiting:
        task.cancel()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert any(isinstance(found, asyncio.CancelledError) for found in done)
    assert await asyncio.gather(*(ask(2 * ROWS_AHEAD) for _ in range(8))) == [2 * ROWS_AHEAD] * 8


async def test_error_is_the_one_of_the_database(database: Database) -> None:
    async with database.read() as session:
        with pytest.raises(OperationalError, match="no such table: nowhere"):
            await session.execute(text("SELECT * FROM nowhere"))
        assert await session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("given_up", ["query", "connection"])
def test_thread_ends_after_its_event_loop(migrated: Path, given_up: str) -> None:
    """A thread that fails is a warning, and so an error."""
    connection = Connection(str(migrated), check_same_thread=False)
    begun, goes_on = threading.Event(), threading.Event()

    def wait() -> int:
        begun.set()
        return goes_on.wait(PATIENCE_SECONDS)

    async def give_up() -> sqlite3.Connection:
        opened = (await connection)._conn
        opened.create_function("wait", 0, wait)
        query = asyncio.create_task(connection.cursor().execute("SELECT wait()"))
        await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
        if given_up == "query":
            query.cancel()
        else:
            connection.stop()
        return opened

    opened = asyncio.run(give_up())
    goes_on.set()
    if given_up == "query":
        connection.stop()
    connection._thread.join(PATIENCE_SECONDS)
    with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
        opened.execute("SELECT 1")

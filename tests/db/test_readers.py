"""Sessions that read: where their queries run, and what is left of one that was given up."""

import asyncio
import sqlite3
import threading
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from support.processes import PATIENCE_SECONDS

from sdlc_lens.db import readers
from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import Database
from sdlc_lens.db.readers import READERS, THREAD
from sdlc_lens.errors import Busy

pytestmark = pytest.mark.anyio

HERE = threading.current_thread().name
NUMBERS = """
WITH RECURSIVE numbers (n) AS
(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :last) SELECT count(n) FROM numbers
"""
FOR_EVER = {"last": 10**12}


@pytest.mark.parametrize(("last", "threads"), [(2000, [HERE]), (20_000, [HERE, THREAD])])
async def test_long_query_leaves_the_event_loop(
    database: Database, last: int, threads: list[str]
) -> None:
    called = []

    def count(connection: sqlite3.Connection) -> list[int]:
        called.append(threading.current_thread().name.partition("_")[0])
        projects = connection.execute("SELECT count(*) FROM projects").fetchone()
        return [*projects, *connection.execute(NUMBERS, {"last": last}).fetchone()]

    for _ in range(4):  # SQLite counts the steps of a statement from its first run
        called.clear()
        async with database.read() as session:
            assert await session.run_here(count) == [0, last]
            assert await session.run(rows, NUMBERS, {"last": 20_000})
        assert called == threads


@pytest.mark.parametrize("way", ["run", "run_here"])
async def test_error_is_the_one_of_the_database(database: Database, way: str) -> None:
    def fail(_connection: sqlite3.Connection) -> None:
        raise sqlite3.DatabaseError("malformed")

    async with database.read() as session:
        with pytest.raises(OperationalError, match="no such table: nowhere"):
            await getattr(session, way)(rows, "SELECT * FROM nowhere", {})
        with pytest.raises(DBAPIError, match="malformed"):
            await getattr(session, way)(fail)
        assert await session.run(rows, "SELECT 1", {})


@pytest.mark.parametrize("given_up_before", [False, True], ids=["statement runs", "before it"])
async def test_query_that_is_given_up_ends(database: Database, given_up_before: bool) -> None:
    begun, given_up = threading.Semaphore(0), threading.Event()

    def ask(connection: sqlite3.Connection) -> None:
        begun.release()
        if given_up_before:
            given_up.wait(PATIENCE_SECONDS)
        connection.execute(NUMBERS + "WHERE n < 0", FOR_EVER).fetchall()

    async def read() -> None:
        async with database.read() as session:
            await session.run(ask)

    for _ in range(2):
        given_up.clear()
        waiting = [asyncio.create_task(read()) for _ in range(READERS)]
        for _ in waiting:
            assert await asyncio.to_thread(begun.acquire, timeout=PATIENCE_SECONDS)
        for task in waiting:
            task.cancel()
        done = await asyncio.gather(*waiting, return_exceptions=True)
        given_up.set()
        assert all(isinstance(found, asyncio.CancelledError) for found in done)
    async with asyncio.timeout(PATIENCE_SECONDS), database.read() as session:
        assert await session.run(rows, "SELECT 1", {})


async def test_session_waits_for_a_connection_but_not_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = asyncio.Event()

    async def hold() -> None:
        async with database.read():
            await ends.wait()

    async def ask() -> list[sqlite3.Row]:
        async with database.read() as session:
            return await session.run(rows, "SELECT 1", {})

    holding = [asyncio.create_task(hold()) for _ in range(READERS)]
    await asyncio.sleep(0)  # each asks for its connection
    monkeypatch.setattr(readers, "WAIT_SECONDS", 0.01)
    with pytest.raises(Busy, match="Try again"):
        await ask()
    monkeypatch.setattr(readers, "WAIT_SECONDS", PATIENCE_SECONDS)
    waiting = asyncio.create_task(ask())
    ends.set()
    assert await waiting
    await asyncio.gather(*holding)


@pytest.mark.parametrize("way", ["read", "write"])
async def test_connection_that_opens_after_its_request_is_cancelled_is_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    connect, opened = sqlite3.connect, list[sqlite3.Connection]()
    asked, free = threading.Event(), threading.Event()

    def slow(path: str, **options: Any) -> sqlite3.Connection:
        asked.set()
        assert free.wait(PATIENCE_SECONDS)
        opened.append(connect(path, **{**options, "check_same_thread": False}))
        return opened[0]

    async def begin() -> None:
        async with getattr(database, way)():
            pass

    monkeypatch.setattr(sqlite3, "connect", slow)
    waiting = asyncio.create_task(begin())
    assert await asyncio.to_thread(asked.wait, PATIENCE_SECONDS)
    waiting.cancel()
    await asyncio.sleep(0)
    free.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await database.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


async def test_session_that_outlives_the_database_closes_its_connection(
    database: Database,
) -> None:
    async with database.read() as session:
        connection = await session.run(lambda own: own)
        await database.close()
        connection.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")

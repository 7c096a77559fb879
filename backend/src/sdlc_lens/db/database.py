"""The engine and its two kinds of session: SQLite's transactions begin where we say so."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Concatenate

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from sdlc_lens.db import driver
from sdlc_lens.db.file import BUSY_SECONDS, TEMPORARY_IN_MEMORY, uri
from sdlc_lens.db.functions import add_functions
from sdlc_lens.errors import Busy

READERS = 3
"""Most connections that read: one interpreter keeps no more busy, and each has its own cache."""

CACHE_KILOBYTES = 1000
"""The pages that each connection keeps; the system's cache has the others."""

WAIT_SECONDS = 30
"""How long a change waits for another, such as a long sync, before it is given up."""

_BEGIN = "begin_statement"
_ATTEMPT_SECONDS = 0.2


class ReadSession(AsyncConnection):
    """Sees one state of the database from its first query to its end."""

    async def run[**P, T](
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> T:
        """Call FUNCTION with SQLite's own connection, in its thread and in this transaction.

        For frequent requests: the function makes several queries for the price of one, and
        processes their rows without blocking the event loop.

        Raises: DBAPIError, as queries of the session do.
        """
        connection = self._driver_connection()
        with _session_errors():
            result: T = await connection.run(partial(function, **named), *arguments)
        return result

    async def run_here[**P, T](
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> T:
        """Call FUNCTION on the event loop; in the thread instead when its queries take long.

        For functions that only read, usually a page or less. FUNCTION may be called twice.
        """
        connection = self._driver_connection()
        with _session_errors():
            result: T = await connection.run_here(partial(function, **named), *arguments)
        return result

    def _driver_connection(self) -> driver.Connection:
        assert self.sync_connection, "the session has not begun or has ended"
        connection = self.sync_connection.connection.driver_connection
        assert isinstance(connection, driver.Connection)
        return connection


class WriteSession(ReadSession):
    """Holds the right to write from its first query to its end."""


@contextmanager
def _session_errors() -> Iterator[None]:
    """Raise SQLite's errors as a session's queries do."""
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance(None, None, error, sqlite3.Error) from error


class Database:
    """One database file, and the connections to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._readers = create_engine(path, READERS)
        writer = create_engine(path, busy_seconds=_ATTEMPT_SECONDS)
        self._writer = writer.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        """A session for queries."""
        session = ReadSession(self._readers)
        async with session:
            yield session

    @asynccontextmanager
    async def write(self, wait_seconds: float = WAIT_SECONDS) -> AsyncIterator[WriteSession]:
        """A session for changes, committed at the end of the block unless it raises.

        One after the other gets its turn, in this process in the order of asking. Busy when it
        does not come in time.
        """
        end = time.monotonic() + wait_seconds
        session = WriteSession(self._writer)
        async with self._its_turn(wait_seconds), session:
            await _begin_in_turn(session, end)
            try:
                yield session
                await session.commit()
            except OperationalError:
                # SQLite answers all that follows on this connection with the error of a full disk.
                await session.invalidate()
                raise

    @asynccontextmanager
    async def _its_turn(self, wait_seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(wait_seconds):
                await self._turn.acquire()
        except TimeoutError:
            raise _busy() from None
        try:
            yield
        finally:
            self._turn.release()

    async def close(self) -> None:
        """Close every connection."""
        await self._readers.dispose()
        await self._writer.dispose()


async def _begin_in_turn(session: WriteSession, end: float) -> None:
    """Begin, when no other process writes; each attempt is short, so that waiting can end."""
    while True:
        try:
            await session.begin()
        except OperationalError as error:
            if not _is_locked(error):
                raise
            if time.monotonic() >= end:
                raise _busy() from error
        else:
            return


def _is_locked(error: OperationalError) -> bool:
    # The lower byte of an error's code is its kind, the rest tells the occasion.
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _busy() -> Busy:
    return Busy("another change, such as a long sync, is being stored. Try again in a moment")


def rows(
    connection: sqlite3.Connection, sql: str, values: Mapping[str, object]
) -> list[sqlite3.Row]:
    """The rows that SQL selects, with their columns by name; for functions of `ReadSession.run`."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(sql, values).fetchall()


def create_engine(path: Path, most: int = 1, busy_seconds: float = BUSY_SECONDS) -> AsyncEngine:
    """An engine for the existing database file at PATH, with so many connections at MOST."""
    options = {"mode": "rw", "uri": "true"}
    url = URL.create("sqlite+aiosqlite", database=uri(path), query=options)
    # isolation_level None stops the driver from beginning and committing on its own, which
    # loses concurrent updates and keeps changes of the schema out of transactions.
    engine = create_async_engine(
        url,
        connect_args={
            "isolation_level": None,
            "timeout": busy_seconds,
            "async_creator_fn": driver.Connection,
        },
        pool_size=most,
        max_overflow=0,
        pool_use_lifo=True,  # one that is not needed keeps no pages
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(TEMPORARY_IN_MEMORY)
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = {-CACHE_KILOBYTES}")
    cursor.close()
    add_functions(connection)


def _begin(connection: Connection) -> None:
    if statement := connection.get_execution_options().get(_BEGIN):
        connection.exec_driver_sql(statement)
    else:
        connection.connection.driver_connection.begin_to_read()  # type: ignore[union-attr]

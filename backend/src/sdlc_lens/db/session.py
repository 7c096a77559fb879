"""The engine and its two kinds of session: SQLite's transactions begin where we say so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from sdlc_lens.db.driver import connect
from sdlc_lens.db.file import BUSY_SECONDS, uri
from sdlc_lens.db.functions import add_functions

READERS, WRITERS = 3, 10
"""Most connections of a kind: one interpreter keeps no more readers busy, each holds a cache of
its own, and writers that wait for each other must not keep readers waiting."""

_BEGIN = "begin_statement"


class ReadSession(AsyncConnection):
    """Sees one state of the database from its first query to its end."""


class WriteSession(ReadSession):
    """Holds the right to write from its first query to its end."""


class Database:
    """One database file, and the connections to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._readers = create_engine(path, READERS)
        writers = create_engine(path, WRITERS)
        self._writers = writers.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        """A session for queries."""
        session = ReadSession(self._readers)
        async with session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        """A session for changes, committed at the end of the block unless it raises."""
        session = WriteSession(self._writers)
        async with session, session.begin():
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self._readers.dispose()
        await self._writers.dispose()


def create_engine(path: Path, most: int = 1) -> AsyncEngine:
    """An engine for the existing database file at PATH, with so many connections at MOST."""
    options = {"mode": "rw", "uri": "true"}
    url = URL.create("sqlite+aiosqlite", database=uri(path), query=options)
    # isolation_level None stops the driver from beginning and committing on its own, which
    # loses concurrent updates and keeps changes of the schema out of transactions.
    engine = create_async_engine(
        url,
        connect_args={
            "isolation_level": None,
            "timeout": BUSY_SECONDS,
            "async_creator_fn": connect,
        },
        pool_size=min(most, READERS),
        max_overflow=max(most - READERS, 0),
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: SQLiteConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
    add_functions(connection)


def _begin(connection: Connection) -> None:
    if statement := connection.get_execution_options().get(_BEGIN):
        connection.exec_driver_sql(statement)
    else:
        connection.connection.driver_connection.begin_to_read()  # type: ignore[union-attr]

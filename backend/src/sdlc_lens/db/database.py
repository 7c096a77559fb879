"""The database: read sessions and write sessions, with explicit transactions."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Concatenate

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sdlc_lens.db.connection import WRITER_CACHE_KILOBYTES, database_errors, prepare
from sdlc_lens.db.file import BUSY_SECONDS, uri
from sdlc_lens.db.readers import Readers, ReadSession
from sdlc_lens.errors import Busy

WAIT_SECONDS = 30
"""How long a change waits for another, such as a long sync, before it is given up."""

_ATTEMPT_SECONDS = 0.2
_MOST_CHANGES = 1000
"""Changed rows after which a connection is closed: SQLite keeps memory for them until then."""


class WriteSession(AsyncConnection, ReadSession):
    """Holds SQLite's write lock from its start to its end."""

    async def run[**P, T](
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> T:
        connection = (await self.get_raw_connection()).driver_connection
        assert isinstance(connection, aiosqlite.Connection)
        query = partial(function, connection._conn, *arguments, **named)
        with database_errors():
            answer: T = await connection._execute(query)  # type: ignore[no-untyped-call]
        return answer

    run_here = run  # its connection belongs to a thread


class Database:
    """One database file, and the connections to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._readers = Readers(path)
        self._writer = create_engine(path, busy_seconds=_ATTEMPT_SECONDS)
        self._turn = asyncio.Lock()
        self._ending: set[asyncio.Task[None]] = set()

    def read(self) -> AbstractAsyncContextManager[ReadSession]:
        """A session for queries."""
        return self._readers.session()

    async def run_here[T](self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Call FUNCTION as `ReadSession.run_here` does, in a session of its own."""
        async with self.read() as session:
            return await session.run_here(function)

    @asynccontextmanager
    async def write(self, wait_seconds: float = WAIT_SECONDS) -> AsyncIterator[WriteSession]:
        """A session for changes, committed at the end of the block unless it raises.

        One after the other gets its turn, in this process in the order of asking. Busy when it
        does not come in time.
        """
        end = time.monotonic() + wait_seconds
        async with self._its_turn(wait_seconds), self._connected() as session:
            await _begin_in_turn(session, end)
            try:
                yield session
                await session.commit()
                if await session.run(_total_changes) > _MOST_CHANGES:
                    await session.invalidate()
            except OperationalError:
                # SQLite answers all that follows on this connection with the error of a full disk.
                await session.invalidate()
                raise

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[WriteSession]:
        session = WriteSession(self._writer)
        starting = asyncio.ensure_future(session.start())
        try:
            await asyncio.shield(starting)
            yield session
        finally:
            # Also where this is cancelled, even again, while the connection opens or closes.
            ending = asyncio.create_task(_end(session, starting))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            await asyncio.shield(ending)

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
        await self._readers.close()
        await asyncio.gather(*self._ending)
        await self._writer.dispose()


async def _end(session: WriteSession, starting: asyncio.Future[AsyncConnection]) -> None:
    """Close SESSION, whose connection may still be opening."""
    await asyncio.wait([starting])
    if not starting.exception():
        await session.close()


async def _begin_in_turn(session: WriteSession, end: float) -> None:
    """Begin when no other process writes, in short attempts that can be cancelled."""
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


def _total_changes(connection: sqlite3.Connection) -> int:
    return connection.total_changes


def _is_locked(error: OperationalError) -> bool:
    # The lower byte of an error's code is its kind, the rest tells the occasion.
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _busy() -> Busy:
    return Busy("another change, such as a long sync, is being stored. Try again in a moment")


def create_engine(path: Path, busy_seconds: float = BUSY_SECONDS) -> AsyncEngine:
    """An engine for the existing database file at PATH, whose transactions may write."""
    url = URL.create("sqlite+aiosqlite", database=uri(path), query={"mode": "rw", "uri": "true"})
    # isolation_level None stops the driver from beginning and committing on its own, which
    # loses concurrent updates and keeps changes of the schema out of transactions.
    engine = create_async_engine(
        url,
        connect_args={"isolation_level": None, "timeout": busy_seconds},
        pool_size=1,
        max_overflow=0,
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _entry: object) -> None:
    prepare(connection, WRITER_CACHE_KILOBYTES)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

"""A pool of read connections; each belongs to one session at a time."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Concatenate

from sqlalchemy.exc import DBAPIError

from sdlc_lens.db.connection import READER_CACHE_KILOBYTES, database_errors, prepare
from sdlc_lens.db.file import BUSY_SECONDS, uri
from sdlc_lens.errors import Busy

READERS = 3
"""Most connections that read: one interpreter keeps no more busy, and each has its own cache."""

WAIT_SECONDS = 30
"""How long a session waits for a connection before it is given up."""

STEPS_AT_ONCE, MOST_PORTIONS = 5000, 12
"""SQLite's virtual machine takes so many steps, and so often, on the event loop: some 3 ms."""

STEPS_UNTIL_ASKED = 100_000
"""Steps in a thread until it asks whether its query was given up: some 5 ms."""

THREAD = "database reader"
"""What the names of the threads begin with."""


class ReadSession:
    """A read transaction: it sees one state of the database from its first query on.

    A query is a function of SQLite's own connection, and of arguments after it.
    """

    def __init__(self, connection: sqlite3.Connection, threads: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._threads = threads
        self._work: Future[Any] | None = None
        self._is_given_up = False

    async def run[**P, T](
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> T:
        """Call FUNCTION in a thread.

        Raises: DBAPIError, when SQLite fails.
        """
        self._connection.set_progress_handler(lambda: self._is_given_up, STEPS_UNTIL_ASKED)
        query = partial(function, self._connection, *arguments, **named)
        self._work = self._threads.submit(query)
        with database_errors():
            answer: T = await asyncio.wrap_future(self._work)
        return answer

    async def run_here[**P, T](
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *arguments: P.args,
        **named: P.kwargs,
    ) -> T:
        """Call FUNCTION on the event loop; in a thread instead when its queries take long.

        For functions that usually read a page or less, which takes less time than the way to a
        thread and back. FUNCTION may be called twice.

        Raises: DBAPIError, when SQLite fails.
        """
        portions = count(1)
        self._connection.set_progress_handler(lambda: next(portions) > MOST_PORTIONS, STEPS_AT_ONCE)
        try:
            with database_errors():
                return function(self._connection, *arguments, **named)
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
                raise
        finally:
            self._connection.set_progress_handler(None, 0)
        return await self.run(function, *arguments, **named)

    def end(self) -> bool:
        """End the transaction; False when a cancelled query is still running."""
        if self._work and not self._work.done():
            # An interrupt ends the statement that runs; the function may be between two.
            self._is_given_up = True
            self._connection.interrupt()
            self._work.add_done_callback(lambda _: self._connection.close())
            return False
        self._connection.rollback()
        return True


class Readers:
    """The read connections to one database file, each with a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(READERS, THREAD)
        self._free = asyncio.Semaphore(READERS)
        self._idle: list[sqlite3.Connection] = []
        self._is_closed = False

    @asynccontextmanager
    async def session(self) -> AsyncIterator[ReadSession]:
        """A session on a connection that no other one has.

        Raises: Busy; DBAPIError, when SQLite fails.
        """
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise Busy("too many other requests wait for the database. Try again later") from None
        try:
            # The last one used: one that is not needed keeps no pages.
            connection = self._idle.pop() if self._idle else await self._open()
            connection.execute("BEGIN")
            session = ReadSession(connection, self._threads)
            try:
                yield session
            finally:
                if session.end():
                    self._release(connection)
        finally:
            self._free.release()

    def _release(self, connection: sqlite3.Connection) -> None:
        if self._is_closed:
            connection.close()
        else:
            self._idle.append(connection)

    async def close(self) -> None:
        """Close every connection; those in use are closed when their session ends."""
        self._is_closed = True
        for connection in self._idle:
            self._threads.submit(connection.close)
        self._idle.clear()
        await asyncio.to_thread(self._threads.shutdown)

    async def _open(self) -> sqlite3.Connection:
        opening = self._threads.submit(self._connect)
        try:
            with database_errors():
                return await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_opened)
            raise

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{uri(self._path)}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        prepare(connection, READER_CACHE_KILOBYTES)
        return connection


def _close_opened(opening: Future[sqlite3.Connection]) -> None:
    if not opening.cancelled() and not opening.exception():
        opening.result().close()

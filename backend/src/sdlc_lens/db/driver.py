"""aiosqlite, asked less often: a query and its rows make one trip to the connection's thread.

The library goes there to open a cursor, to execute, to fetch and to close, and each trip costs as
much as a small query. Opening and closing are done where they are asked for, which SQLite allows
while nothing else uses the connection, and the first rows come back with the answer.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any

import aiosqlite
from aiosqlite.core import set_exception, set_result

ROWS_AHEAD = 500
"""How many rows come with the answer; of a longer one the others are fetched when asked for."""

THREAD = "database connection"
"""The name of each connection's thread."""

_connect = sqlite3.connect
_END = object()


class Cursor(aiosqlite.Cursor):
    """A cursor that has its first rows when its query has been executed."""

    def __init__(self, connection: "Connection", cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._connection = connection
        self._ahead: list[Any] = []
        self._has_more = False

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "Cursor":
        with self._connection.busy():
            self._ahead = await self._execute(self._run, sql, parameters or ())  # type: ignore[no-untyped-call]
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "Cursor":
        with self._connection.busy():
            await super().executemany(sql, parameters)
        return self

    async def fetchone(self) -> Any:
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        if self._has_more and not self._ahead:
            with self._connection.busy():
                return list(await super().fetchmany(size))
        count = size or self.arraysize
        rows, self._ahead = self._ahead[:count], self._ahead[count:]
        return rows

    async def fetchall(self) -> list[Any]:
        rows, self._ahead = self._ahead, []
        if not self._has_more:
            return rows
        with self._connection.busy():
            return [*rows, *await super().fetchall()]

    async def close(self) -> None:
        if self._connection.is_idle:
            self._cursor.close()
        else:
            await super().close()

    def _run(self, sql: str, parameters: Any) -> list[Any]:
        self._connection.begin_if_due()
        self._cursor.execute(sql, parameters)
        rows = self._cursor.fetchmany(ROWS_AHEAD) if self._cursor.description else []
        self._has_more = len(rows) == ROWS_AHEAD
        return rows


class Connection(aiosqlite.Connection):
    """A connection with such cursors; a transaction that reads begins and ends without a trip."""

    is_idle = True
    _reads = _is_due = False
    _opened: sqlite3.Connection | None = None

    def __init__(self, database: str, **options: Any) -> None:
        super().__init__(lambda: self._open(database, options), ROWS_AHEAD)
        # A daemon: a connection that was never closed does not keep the process alive.
        self._thread = Thread(target=_answer, name=THREAD, args=(self._tx,), daemon=True)

    def stop(self) -> "asyncio.Future[Any] | None":
        """Close what the thread opened, and end it, also when nobody waits for that."""
        self._running = False
        try:
            future = asyncio.get_running_loop().create_future()
        except RuntimeError:
            future = None
        self._tx.put_nowait((future, self._end))
        return future

    def cursor(self) -> Cursor:  # type: ignore[override] # to be entered, where the other is awaited
        return Cursor(self, self._conn.cursor())

    def begin_to_read(self) -> None:
        """Begin a transaction together with its first query, unless one has begun."""
        if not self._conn.in_transaction:
            self._reads = self._is_due = True

    def begin_if_due(self) -> None:
        """What `begin_to_read` has put off; called in the connection's thread."""
        if self._is_due:
            self._is_due = False
            self._conn.execute("BEGIN")

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """FUNCTION with SQLite's connection, in its thread: any number of queries for one trip."""
        self.begin_to_read()
        with self.busy():
            return await self._execute(self._run, function, *arguments)  # type: ignore[no-untyped-call]

    def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self.begin_if_due()
        return function(self._conn, *arguments)

    async def rollback(self) -> None:
        reads, self._reads, self._is_due = self._reads, False, False
        if reads and self.is_idle:
            self._conn.rollback()  # lets go of what it saw, and waits for nothing
        else:
            await super().rollback()

    def _open(self, database: str, options: dict[str, Any]) -> sqlite3.Connection:
        self._opened = _connect(database, **options)
        return self._opened

    def _end(self) -> object:
        if self._opened:
            self._opened.close()
        self._connection = None
        return _END

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While its thread works; who gives up waiting leaves it busy, for its thread works on."""
        self.is_idle = False
        try:
            yield
        except Exception:
            self.is_idle = True
            raise
        self.is_idle = True


def _answer(requests: "SimpleQueue[Any]") -> None:
    """A connection's thread: carries out one request after the other, until one ends it.

    The event loop of a request may be closed before its answer: a cancelled query goes on in here,
    and nobody waits for a connection that is given up. The library's own thread then fails before
    it has closed the connection.
    """
    ended = False
    while not ended:
        future, function = requests.get()
        answer: Callable[..., None] = set_result
        try:
            result = function()
            ended = result is _END
        except BaseException as error:  # noqa: BLE001 # raised where the answer is awaited
            answer, result = set_exception, error
        if future:
            with suppress(RuntimeError):
                future.get_loop().call_soon_threadsafe(answer, future, result)
        del future, function, result  # not kept until the next request

"""aiosqlite, asked less often: a query and its rows make one trip to the connection's thread.

The library goes there to open a cursor, to execute, to fetch and to close, and each trip costs as
much as a small query. Opening and closing are done where they are asked for, which SQLite allows
while nothing else uses the connection, and the first rows come back with the answer.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import aiosqlite

ROWS_AHEAD = 500
"""How many rows come with the answer; of a longer one the others are fetched when asked for."""


_connect = sqlite3.connect


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
        self._thread.daemon = True  # one that was never closed does not keep the process alive

    def stop(self) -> "asyncio.Future[Any] | None":
        """End the thread, and close what it opened, also when nobody waited for that."""
        self._tx.put_nowait((None, self._close_opened))
        return super().stop()

    def cursor(self) -> Cursor:  # type: ignore[override] # to be entered, where the other is awaited
        return Cursor(self, self._conn.cursor())

    def begin_to_read(self) -> None:
        """Begin a transaction together with its first query."""
        self._reads = self._is_due = True

    def begin_if_due(self) -> None:
        """What `begin_to_read` has put off; called in the connection's thread."""
        if self._is_due:
            self._is_due = False
            self._conn.execute("BEGIN")

    async def rollback(self) -> None:
        reads, self._reads, self._is_due = self._reads, False, False
        if reads and self.is_idle:
            self._conn.rollback()  # lets go of what it saw, and waits for nothing
        else:
            await super().rollback()

    def _open(self, database: str, options: dict[str, Any]) -> sqlite3.Connection:
        self._opened = _connect(database, **options)
        return self._opened

    def _close_opened(self) -> None:
        if self._opened:
            self._opened.close()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While its thread works; who gives up waiting leaves it busy, for its thread works on."""
        self.is_idle = False
        try:
            yield
        except sqlite3.Error:
            self.is_idle = True
            raise
        self.is_idle = True

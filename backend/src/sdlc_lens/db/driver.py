"""aiosqlite, asked less often: a query and its rows make one trip to the connection's thread.

The library goes there to open a cursor, to execute, to fetch and to close, and each trip costs as
much as a small query. Opening and closing are done where they are asked for, which SQLite allows
while nothing else uses the connection, and the first rows come back with the answer.
"""

import sqlite3
from collections.abc import Iterable
from functools import partial
from typing import Any

import aiosqlite

ROWS_AHEAD = 500
"""How many rows come with the answer; of a longer one the others are fetched when asked for."""


class Cursor(aiosqlite.Cursor):
    """A cursor that has its first rows when its query has been executed."""

    def __init__(self, connection: "Connection", cursor: sqlite3.Cursor) -> None:
        super().__init__(connection, cursor)
        self._ahead: list[Any] = []
        self._is_busy = False

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "Cursor":
        self._is_busy = True  # and so it stays for one who gives up waiting
        try:
            self._ahead = await self._execute(self._run, sql, parameters or ())  # type: ignore[no-untyped-call]
        except sqlite3.Error:
            self._is_busy = False
            raise
        self._is_busy = False
        return self

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        if not self._ahead:
            return list(await super().fetchmany(size))
        count = size or self.arraysize
        rows, self._ahead = self._ahead[:count], self._ahead[count:]
        return rows

    async def fetchall(self) -> list[Any]:
        rows, self._ahead = self._ahead, []
        return rows if len(rows) < ROWS_AHEAD else [*rows, *await super().fetchall()]

    async def close(self) -> None:
        if self._is_busy:
            await super().close()
        else:
            self._cursor.close()

    def _run(self, sql: str, parameters: Any) -> list[Any]:
        self._cursor.execute(sql, parameters)
        return self._cursor.fetchmany(ROWS_AHEAD) if self._cursor.description else []


class Connection(aiosqlite.Connection):
    """A connection with such cursors."""

    def cursor(self) -> Cursor:  # type: ignore[override] # to be entered, where the other is awaited
        return Cursor(self, self._conn.cursor())


def connect(database: str, **options: Any) -> Connection:
    """A connection to be awaited, as aiosqlite's own function makes it."""
    connection = Connection(partial(sqlite3.connect, database, **options), ROWS_AHEAD)
    connection._thread.daemon = True  # one that was never closed does not keep the process alive
    return connection

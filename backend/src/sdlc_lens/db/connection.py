"""Raw SQLite connections: their set-up, and functions for queries on them."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from sdlc_lens.db.file import TEMPORARY_IN_MEMORY
from sdlc_lens.db.functions import add_functions

READER_CACHE_KILOBYTES = 1000
"""The pages that a reading connection keeps; the system's cache has the others."""

WRITER_CACHE_KILOBYTES = 2000
"""With fewer, a large change writes out some pages more than once."""

_PRAGMAS = (
    TEMPORARY_IN_MEMORY,
    "PRAGMA page_size = 16384",  # of a new file: a first sync then takes a quarter of the writes
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)


def prepare(connection: sqlite3.Connection, cache_kilobytes: int) -> None:
    """Set up a connection that has just been opened, by SQLAlchemy or directly."""
    cursor = connection.cursor()
    for pragma in (*_PRAGMAS, f"PRAGMA cache_size = {-cache_kilobytes}"):
        cursor.execute(pragma)
    cursor.close()
    add_functions(connection)


def rows(
    connection: sqlite3.Connection, sql: str, values: Mapping[str, object]
) -> list[sqlite3.Row]:
    """The rows that SQL selects, with their columns by name."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute(sql, values).fetchall()


@contextmanager
def database_errors() -> Iterator[None]:
    """Raise SQLite's errors as SQLAlchemy does."""
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance(None, None, error, sqlite3.Error) from error

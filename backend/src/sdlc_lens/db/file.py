"""The database file, checked with the standard library alone: existing, ours, sound, current?

A start on a current database needs no more than this, so nothing heavy is imported here.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sdlc_lens.db.locks import lease_file, lock_file, unsupported
from sdlc_lens.errors import LensError, NoPermission, StorageError, UnusableDatabase
from sdlc_lens.permissions import why_unwritable

BUSY_SECONDS = 10
TEMPORARY_IN_MEMORY = "PRAGMA temp_store = MEMORY"
"""For every connection: a container need not have a folder for temporary files."""

_HEADER_BYTES = 100
_LOCKS_FAIL = (
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
    sqlite3.SQLITE_IOERR_SHMLOCK,
    sqlite3.SQLITE_IOERR_SHMMAP,
)
_CREATED_MODE = 0o666  # less the umask; SQLite itself would never let the group write


@dataclass(frozen=True)
class Contents:
    """The contents of a database file."""

    revision: str | None = None
    tables: frozenset[str] = frozenset()


def uri(path: Path) -> str:
    """PATH as an SQLite URI, to which `?mode=ro` or `?mode=rw` belongs: neither creates a file."""
    return f"file:{quote(str(path))}"


def require_writable(path: Path) -> None:
    """Check that the database's folder, file and side files can be written.

    Raises: NoPermission; UnusableDatabase for a folder in a file's place.
    """
    folder = path.parent
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise NoPermission(why_unwritable(folder))
    for place in (path, *side_files(path)):
        if place.is_dir():
            raise UnusableDatabase(f"{place} is a folder. Name a file in SDLC_LENS_DATABASE_URL")
        if place.exists() and not os.access(place, os.R_OK | os.W_OK):
            raise NoPermission(why_unwritable(place))


def side_files(path: Path) -> tuple[Path, ...]:
    """The files next to a database in use: SQLite's two, and our two for locks."""
    wal, shm = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    return wal, shm, lock_file(path), lease_file(path)


def create(path: Path) -> None:
    """Create PATH as an empty file if it is missing: an empty database for SQLite.

    Raises: StorageError.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _CREATED_MODE))
    except OSError as error:
        raise StorageError(f"cannot create {path}: {error.strerror}") from error


def look(path: Path) -> Contents:
    """The contents of the file, without changing it; a missing or empty file has none.

    Raises: StorageError, and what `failure` returns.
    """
    try:
        if not path.exists() or not path.stat().st_size:
            return Contents()
        with closing(_open(path)) as connection:
            return _contents(connection)
    except sqlite3.DatabaseError as error:
        raise failure(path, error) from error
    except OSError as error:
        raise StorageError(f"cannot read the database {path}: {error.strerror}") from error


def require_whole(path: Path) -> None:
    """Refuse a file shorter than its own header says, which SQLite would notice only much later.

    Raises: UnusableDatabase, StorageError.

    Only before this process has connected: to close a file that was opened past SQLite gives up
    the locks of all connections to it, and another process then takes their log for abandoned.
    """
    try:
        if path.exists() and path.stat().st_size:
            _require_whole(path)
    except OSError as error:
        raise StorageError(f"cannot read the database {path}: {error.strerror}") from error


def require_sound(path: Path) -> None:
    """Refuse a database in which SQLite's own check finds damage.

    Raises: UnusableDatabase, and what `failure` returns.
    """
    try:
        with closing(_open(path)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise failure(path, error) from error
    if verdict != "ok":
        raise _damaged(path, verdict)


def failure(path: Path, error: sqlite3.Error) -> LensError:
    """The error to end with when SQLite could not use the file."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code in _LOCKS_FAIL:
        return unsupported(path, error)
    # The primary result code is the low byte of an extended one.
    match code & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _damaged(path, str(error))
        case sqlite3.SQLITE_FULL:
            return StorageError(f"the disk with {path} is full. Free some space on it")
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return StorageError(
                f"the disk with {path} is full or failing ({error}). Free some space, or replace it"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageError(f"another program has locked {path} ({error}). Stop that program")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return NoPermission(why_unwritable(path))
    return UnusableDatabase(
        f"{path} cannot be used ({error}). It was left as it is: restore a back-up, or move"
        f" the file away to start with an empty one"
    )


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{uri(path)}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    connection.execute(TEMPORARY_IN_MEMORY)
    return connection


def _damaged(path: Path, reason: str) -> UnusableDatabase:
    return UnusableDatabase(
        f"{path} is damaged or not an SQLite database ({reason}). It was left as it is: restore a"
        f" back-up, or move the file away to start with an empty one"
    )


def _contents(connection: sqlite3.Connection) -> Contents:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
    tables = frozenset(name for (name,) in rows)
    if "alembic_version" not in tables:
        return Contents(None, tables)
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return Contents(row[0] if row else None, tables)


def _require_whole(path: Path) -> None:
    size = path.stat().st_size
    wal = side_files(path)[0]
    if wal.exists() and wal.stat().st_size:
        return  # a checkpoint that was cut off leaves just that, and the log repairs it
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    page_size = int.from_bytes(header[16:18]) or 1
    page_size = 65536 if page_size == 1 else page_size
    pages_are_counted = header[24:28] == header[92:96]
    if pages_are_counted and int.from_bytes(header[28:32]) * page_size > size:
        raise _damaged(path, "the file is cut off")

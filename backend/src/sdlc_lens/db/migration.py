"""Brings the database file to the newest revision, one process at a time, all or nothing."""

import errno
import os
import sqlite3
from pathlib import Path

from sdlc_lens.db import file
from sdlc_lens.db.locks import locked, require_locks
from sdlc_lens.errors import NoPermission, StorageError, UnusableDatabase
from sdlc_lens.permissions import why_unwritable

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
NEWEST = REVISIONS[-1]


def migrate(path: Path, *, in_child: bool = False) -> bool:
    """Migrate the database at PATH; False when it was already current.

    IN_CHILD does it in a child process, so that Alembic's memory, 13 MB, ends with the child. The
    caller must have no other threads.

    Raises: NoPermission, StorageError, LocksUnsupported, UnusableDatabase.
    """
    _make_folder(path.parent)
    file.require_writable(path)
    require_locks(path)
    file.require_whole(path)
    if file.look(path).revision == NEWEST:
        return False
    with locked(path):
        contents = file.look(path)
        if contents.revision == NEWEST:
            return False
        _require_ours(path, contents)
        file.create(path)
        file.require_sound(path)
        if not (in_child and _child_upgrades(path)):
            _upgrade(path)
    return True


def alembic_folder() -> Path:
    """The folder with alembic.ini: the installed package's own, else the checkout's backend/."""
    package = Path(__file__).parents[1]
    return package if (package / "alembic.ini").is_file() else package.parents[1]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise NoPermission(why_unwritable(folder)) from error
        raise StorageError(f"cannot create the folder {folder}: {error.strerror}") from error


def _require_ours(path: Path, contents: file.Contents) -> None:
    if contents.revision is None and contents.tables - {"alembic_version"}:
        raise UnusableDatabase(
            f"{path} is another program's database. It was left as it is: name another file in"
            f" SDLC_LENS_DATABASE_URL"
        )
    if contents.revision is not None and contents.revision not in REVISIONS:
        raise UnusableDatabase(
            f"{path} was written by a newer version (revision {contents.revision}, this one knows"
            f" {NEWEST}). It was left as it is: start that version again, or restore a back-up"
        )


def _child_upgrades(path: Path) -> bool:
    """Upgrade in a child process; False when that failed, and the caller has to find out why."""
    child = os.fork()
    if child == 0:
        try:
            _upgrade(path)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return file.look(path).revision == NEWEST


def _upgrade(path: Path) -> None:
    # Imported late on purpose: Alembic takes as long to load as all the rest of a start.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import DBAPIError

    configuration = Config(alembic_folder() / "alembic.ini")
    configuration.attributes["database_path"] = path
    try:
        command.upgrade(configuration, "head")
    except sqlite3.Error as error:
        raise file.failure(path, error) from error
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise file.failure(path, error.orig) from error

"""The lock beside the database, and whether its file system supports locks at all."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdlc_lens.errors import LensError, LocksUnsupported, StorageError

_UNSUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


def lock_file(path: Path) -> Path:
    """The lock of the database at PATH: one in /tmp would lock nothing for another container."""
    return path.with_name(path.name + ".lock")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of the database at PATH, after waiting for it."""
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def require_locks(path: Path) -> None:
    """Refuse a file system without locks of both kinds: ours, and SQLite's.

    SQLite would wait long for a lock that nobody holds. Never tried on the database itself: to
    close it would give up SQLite's own locks.
    """
    with _opened(path) as descriptor:
        for lock in (fcntl.flock, fcntl.lockf):
            try:
                lock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):
                pass  # another process holds it: it can be held
            except OSError as error:
                raise _refusal(path, error) from error


def unsupported(path: Path, reason: object) -> LocksUnsupported:
    """The error to end with when processes cannot share the file at PATH."""
    return LocksUnsupported(
        f"the file system that holds {path} does not support the file locks and shared memory that"
        f" SQLite needs ({reason}), as with some NFS and SMB mounts. Put the database on a local"
        f" one: mount a local volume at {path.parent}, or name another file in"
        f" SDLC_LENS_DATABASE_URL"
    )


def _refusal(path: Path, error: OSError) -> LensError:
    if error.errno in _UNSUPPORTED:
        return unsupported(path, error.strerror)
    return StorageError(f"cannot lock {lock_file(path)}: {error.strerror}")


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    lock = lock_file(path)
    try:
        descriptor = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise StorageError(f"cannot create {lock}: {error.strerror}") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)

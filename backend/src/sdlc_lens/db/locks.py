"""The locks next to the database, and whether its file system supports locks at all."""

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sdlc_lens.errors import LensError, LocksUnsupported, StorageError

_FLOCK = "hhqqi4x"  # struct flock of Linux with 64 bits: l_type, l_whence, l_start, l_len, l_pid
_UNSUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


def lock_file(path: Path) -> Path:
    """The lock of the database at PATH: one in /tmp would lock nothing for another container."""
    return path.with_name(path.name + ".lock")


def lease_file(path: Path) -> Path:
    """The file whose bytes are locked for leases in the database at PATH."""
    return path.with_name(path.name + ".leases")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of the database at PATH, after waiting for it."""
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


class LeaseLocks:
    """The locks that a process holds for its leases, each on a byte of one file.

    The kernel releases them when the process ends, however it ends. They belong to the open file
    and not to the process, which may have other objects of this class.
    """

    def __init__(self, path: Path) -> None:
        self._file = lease_file(path)
        self._descriptor: int | None = None
        self._held: set[str] = set()

    def hold(self, lease: str) -> None:
        """Lock a new lease, where the system supports that."""
        if self._lock(fcntl.F_OFD_SETLK, fcntl.F_WRLCK, lease) is not None:
            self._held.add(lease)

    def release(self, lease: str) -> None:
        """Release the lock of a lease."""
        if lease in self._held:
            self._held.remove(lease)
            self._lock(fcntl.F_OFD_SETLK, fcntl.F_UNLCK, lease)

    def is_held(self, lease: str) -> bool | None:
        """Whether a living process holds the lease; None when the system cannot tell."""
        if lease in self._held:
            return True
        found = self._lock(fcntl.F_OFD_GETLK, fcntl.F_WRLCK, lease)
        return None if found is None else found != fcntl.F_UNLCK

    def close(self) -> None:
        """Release all locks."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _lock(self, command: int, kind: int, lease: str) -> int | None:
        """The type of lock that conflicts or was set; None where locks are unsupported."""
        start = int(lease[:15], 16)  # of the 2^63 bytes that a file may have
        request = struct.pack(_FLOCK, kind, os.SEEK_SET, start, 1, 0)
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
            answer = fcntl.fcntl(self._descriptor, command, request)
        except OSError:
            return None
        return int(struct.unpack(_FLOCK, answer)[0])


def require_locks(path: Path) -> None:
    """Refuse a file system without locks of both kinds: ours, and SQLite's.

    Raises: LocksUnsupported, StorageError.

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

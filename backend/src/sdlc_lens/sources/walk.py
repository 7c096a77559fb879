"""A walk through a workspace's folder, by descriptors: no link is ever followed, at any level."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sdlc_lens.domain.documents.layout import is_document, is_skipped_folder
from sdlc_lens.permissions import why_unreadable

MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 64

_ATTEMPTS = 3
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not waiting for a pipe, should one have taken the file's place.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Found(NamedTuple):
    """A document's file, by its path below the root; it can be read until the walk goes on."""

    path: str
    entry: os.DirEntry[str]
    folder: int

    def read(self) -> bytes:
        """Its bytes."""
        return _read(self.entry.name, self.folder)


def walk(root: Path, named: Path, unreadable: dict[str, str]) -> Iterator[Found]:
    """Every document below ROOT, in order; UNREADABLE gets the reason for each unreadable path.

    NAMED is the path of the root in reasons, which must not reveal the targets of links.
    """
    descriptor = os.open(root, _FOLDER)
    try:
        yield from _walk(descriptor, "", named, unreadable)
    finally:
        os.close(descriptor)


def read_in(root: Path, path: str) -> bytes:
    """The bytes of the file at PATH below ROOT."""
    *folders, name = path.split("/")
    descriptor = os.open(root, _FOLDER)
    try:
        for folder in folders:
            below = os.open(folder, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        return _read(name, descriptor)
    finally:
        os.close(descriptor)


def why(full: Path, error: OSError) -> str:
    """Why the file or folder at FULL cannot be read."""
    denied = isinstance(error, PermissionError)
    return storable(why_unreadable(full) if denied else error.strerror or str(error))


def storable(text: str) -> str:
    """TEXT with bytes of a file name that are not UTF-8 escaped."""
    return text if text.isascii() else os.fsencode(text).decode("utf-8", "backslashreplace")


def _walk(folder: int, above: str, named: Path, unreadable: dict[str, str]) -> Iterator[Found]:
    """Every document in an open folder; ABOVE is its path, with a slash at the end."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        unreadable[storable(above[:-1]) or "."] = why(named / above, error)
        return
    for entry in entries:
        path = above + entry.name
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and entry.is_file(follow_symlinks=False) and is_document(entry.name):
                yield Found(path, entry, folder)
            below = _enter(entry.name, folder, above) if is_folder else None
        except FileNotFoundError:
            continue  # gone since the folder was listed
        except OSError as error:
            unreadable[storable(path)] = why(named / path, error)
            continue
        if below is not None:
            try:
                yield from _walk(below, f"{path}/", named, unreadable)
            finally:
                os.close(below)


def _enter(name: str, folder: int, above: str) -> int | None:
    """A descriptor of the folder NAME; None when no documents are looked for in it."""
    if is_skipped_folder(name):
        return None
    if above.count("/") == MAX_DEPTH:
        raise OSError(f"it is more than {MAX_DEPTH} folders deep")
    return os.open(name, _FOLDER, dir_fd=folder)


def _read(name: str, folder: int) -> bytes:
    """The bytes of a file in an open folder, all of one moment."""
    descriptor = os.open(name, _FILE, dir_fd=folder)
    try:
        for _ in range(_ATTEMPTS):
            size, changed = _size_and_time(descriptor)
            source = os.pread(descriptor, size + 1, 0)
            # A read may return less than there is; a byte more than there is shows a longer file.
            while len(source) < size and (part := os.pread(descriptor, size, len(source))):
                source += part
            if len(source) == size and _size_and_time(descriptor) == (size, changed):
                return source
    finally:
        os.close(descriptor)
    raise OSError("it is being written to")


def _size_and_time(descriptor: int) -> tuple[int, int]:
    """Size and time of the file, which show a change; refuses a file that cannot be a document."""
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise OSError("it is not a regular file")
    if found.st_size > MAX_DOCUMENT_BYTES:
        raise OSError(f"it is larger than {MAX_DOCUMENT_BYTES >> 20} MB")
    return found.st_size, found.st_mtime_ns

"""A walk through a workspace's folder, by descriptors: no link is ever followed, at any level."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sdlc_lens.domain.documents.layout import is_document, is_skipped_folder
from sdlc_lens.permissions import why_unreadable

MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 64

_ATTEMPTS = 3
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not waiting for a pipe, should one have taken the file's place.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class Place:
    """An open folder below the workspace's root, which is told by the name that it was given."""

    descriptor: int
    named: Path
    path: str = ""
    depth: int = 0

    def below(self, name: str) -> str:
        """The path of something in this folder, relative to the root."""
        return f"{self.path}/{name}" if self.path else name

    def reason(self, name: str, error: OSError) -> str:
        """Why something in this folder cannot be read."""
        return why(self.named / self.below(name), error)

    def read(self, name: str) -> bytes:
        """The bytes of a file in this folder, all of one moment."""
        descriptor = os.open(name, _FILE, dir_fd=self.descriptor)
        try:
            return _whole(descriptor)
        finally:
            os.close(descriptor)


@dataclass(frozen=True)
class Found:
    """A document's file; it can be read until the walk goes on."""

    place: Place
    entry: os.DirEntry[str]

    @property
    def name(self) -> str:
        """Where it lies below the root."""
        return self.place.below(self.entry.name)

    @property
    def path(self) -> str:
        """The same in a form that can be stored."""
        return storable(self.name)

    def read(self) -> bytes:
        """Its bytes."""
        return self.place.read(self.entry.name)


def walk(root: Path, named: Path, unreadable: dict[str, str]) -> Iterator[Found]:
    """Every document below ROOT, in order; UNREADABLE learns which folders cannot be listed.

    NAMED is what the root is called in reasons: where links lead is nobody's business.
    """
    with _opened(root, named) as place:
        yield from _walk(place, unreadable)


def read_in(root: Path, name: str) -> bytes:
    """The bytes of the file at NAME below ROOT."""
    *folders, last = name.split("/")
    with _opened(root, root) as place:
        return _read_below(place, folders, last)


def why(full: Path, error: OSError) -> str:
    """Why the file or folder at FULL cannot be read."""
    denied = isinstance(error, PermissionError)
    return storable(why_unreadable(full) if denied else error.strerror or str(error))


def storable(text: str) -> str:
    """TEXT without the stand-ins for bytes of a file name that are not UTF-8."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


@contextmanager
def _opened(root: Path, named: Path) -> Iterator[Place]:
    descriptor = os.open(root, _FOLDER)
    try:
        yield Place(descriptor, named)
    finally:
        os.close(descriptor)


def _read_below(place: Place, folders: Sequence[str], name: str) -> bytes:
    if not folders:
        return place.read(name)
    descriptor = os.open(folders[0], _FOLDER, dir_fd=place.descriptor)
    try:
        return _read_below(Place(descriptor, place.named), folders[1:], name)
    finally:
        os.close(descriptor)


def _walk(place: Place, unreadable: dict[str, str]) -> Iterator[Found]:
    try:
        with os.scandir(place.descriptor) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        unreadable[storable(place.path) or "."] = place.reason("", error)
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not is_skipped_folder(entry.name):
                yield from _enter(place, entry.name, unreadable)
        elif entry.is_file(follow_symlinks=False) and is_document(entry.name):
            yield Found(place, entry)


def _enter(place: Place, name: str, unreadable: dict[str, str]) -> Iterator[Found]:
    path = place.below(name)
    try:
        if place.depth == MAX_DEPTH:
            raise OSError(f"it lies more than {MAX_DEPTH} folders deep")
        descriptor = os.open(name, _FOLDER, dir_fd=place.descriptor)
    except FileNotFoundError:
        return  # gone since the folder was listed
    except OSError as error:
        unreadable[storable(path)] = place.reason(name, error)
        return
    try:
        yield from _walk(Place(descriptor, place.named, path, place.depth + 1), unreadable)
    finally:
        os.close(descriptor)


def _whole(descriptor: int) -> bytes:
    for _ in range(_ATTEMPTS):
        size, changed = _facts(descriptor)
        with open(descriptor, "rb", closefd=False) as file:
            file.seek(0)
            source = file.read(size + 1)  # a byte more than there is, to see its end
        if _facts(descriptor) == (size, changed):
            return source
    raise OSError("it is being written to")


def _facts(descriptor: int) -> tuple[int, int]:
    """By what a change of the file is seen; refuses what is no document's file."""
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        raise OSError("it is no regular file")
    if facts.st_size > MAX_DOCUMENT_BYTES:
        raise OSError(f"it is larger than {MAX_DOCUMENT_BYTES >> 20} MB")
    return facts.st_size, facts.st_mtime_ns

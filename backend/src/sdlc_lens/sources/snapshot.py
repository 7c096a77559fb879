"""A workspace at one moment: every live path, and what could not be read."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Entry:
    """One document: where it lies, and how to get its bytes, as they are then.

    `read` gives None for one that is there no more, and raises Unreadable.
    """

    path: str
    read: Callable[[], bytes | None]

    @cached_property
    def blob_id(self) -> str | None:
        """The mark of its bytes; None when it is there no more. Raises Unreadable."""
        source = self.read()
        return None if source is None else blob_id(source)


@dataclass(frozen=True)
class Snapshot:
    """What a source holds.

    Only what was compared with a known blob has been read: the bytes of a large workspace would
    fill the memory. `unchanged` are the paths whose blobs the reader knew already. `unreadable`
    maps files and folders to the reason: what lies there is not absent. `settings` and `version`
    are the workspace's own two files, as far as they made sense.
    """

    entries: tuple[Entry, ...]
    unchanged: frozenset[str] = frozenset()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[object, object] = field(default_factory=dict)
    version: Mapping[object, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def blob_id(source: bytes) -> str:
    """The id that git gives a file of these bytes: the one mark by which a change is known."""
    header = b"blob %d\0" % len(source)
    return hashlib.sha1(header + source, usedforsecurity=False).hexdigest()

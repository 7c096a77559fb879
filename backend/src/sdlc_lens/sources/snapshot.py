"""A workspace at one moment: every live path, and what could not be read."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """One document's bytes."""

    path: str
    source: bytes
    blob_id: str


@dataclass(frozen=True)
class Snapshot:
    """What a source holds.

    `unchanged` are the paths whose blobs the reader knew already. `unreadable` maps files and
    folders to the reason: what lies there is not absent. `settings` and `version` are the
    workspace's own two files, as far as they made sense.
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

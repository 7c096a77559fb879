"""The documents of a source at one moment, and a way to read their bytes."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True)
class Commit:
    """The commit that a snapshot of a repository was taken of."""

    id: str
    at: datetime


class Blob(NamedTuple):
    """The bytes of a file, and the id that git gives them: the one mark of a change."""

    id: str
    source: bytes


@dataclass(frozen=True)
class Snapshot:
    """The documents of a workspace at one moment: for each path the id of its blob.

    `read` returns the blob of one of these paths: that of the snapshot, if it was kept, else the
    present one; None when the file is gone. It raises Unreadable, and is called once for a path.
    `unreadable` maps files and folders that could not be read to the reason;
    their documents count as present. `settings` and `version` are the contents of the workspace's
    own two files; `warnings` say what in them could not be used. A
    snapshot with `keep` lacks the blobs that were known before; those that are read are given to
    it.
    """

    blobs: Mapping[str, str]
    read: Callable[[str], Blob | None]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[object, object] = field(default_factory=dict)
    version: Mapping[object, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    commit: Commit | None = None
    keep: Callable[[bytes], None] | None = None


def blob(source: bytes) -> Blob:
    """The blob of a file of these bytes."""
    digest = hashlib.sha1(b"blob %d\0" % len(source), usedforsecurity=False)
    digest.update(source)
    return Blob(digest.hexdigest(), source)

"""The documents of a source at one moment, and a way to read their bytes."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Snapshot:
    """The documents of a workspace at one moment: for each path the id of its blob.

    `read` returns the present bytes of one of these paths, or None when the file is gone; it
    raises Unreadable. `unreadable` maps files and folders that could not be read to the reason;
    their documents count as present. `settings` and `version` are the contents of the workspace's
    own two files; `warnings` say what in them could not be used.
    """

    blobs: Mapping[str, str]
    read: Callable[[str], bytes | None]
    unreadable: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[object, object] = field(default_factory=dict)
    version: Mapping[object, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def blob_id(source: bytes) -> str:
    """The id that git gives a file of these bytes: the one mark by which a change is known."""
    digest = hashlib.sha1(b"blob %d\0" % len(source), usedforsecurity=False)
    digest.update(source)
    return digest.hexdigest()

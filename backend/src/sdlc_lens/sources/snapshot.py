"""What a source of documents is asked for: its documents at one moment, and their bytes."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Snapshot:
    """The documents of a workspace at one moment: for each path the id of its blob.

    `read` gives the bytes at one of these paths, as they are then; None when the file has gone
    since. It raises Unreadable. `unreadable` maps files and folders to the reason: what is there
    is not absent. `settings` and `version` are the workspace's own two files, as far as they could
    be used; `warnings` say what could not.
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

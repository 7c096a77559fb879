"""What a sync has to do: the stored documents against those that are there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdlc_lens.db.documents import Stored
from sdlc_lens.errors import UnusableWorkspace
from sdlc_lens.sources.snapshot import Entry, Snapshot


@dataclass(frozen=True)
class Plan:
    """Which entries to add, which stored ids to replace or remove; all else stays untouched."""

    added: tuple[Entry, ...]
    changed: tuple[tuple[int, Entry], ...]
    removed: tuple[int, ...]


def make_plan(stored: Iterable[Stored], snapshot: Snapshot, parsed_by: str) -> Plan:
    """Compare; PARSED_BY names the parser and its vocabulary, whose change touches every row."""
    known = {document.path: document for document in stored}
    if known and not snapshot.entries and not snapshot.unreadable:
        raise UnusableWorkspace(
            f"the folder holds no document any more, {len(known)} are stored. Nothing was removed:"
            f" check that the workspace is mounted, or delete the project"
        )
    live = {entry.path: entry for entry in snapshot.entries}
    return Plan(
        added=tuple(entry for path, entry in live.items() if path not in known),
        changed=tuple(
            (known[path].id, entry)
            for path, entry in live.items()
            if path in known and _differs(known[path], entry, parsed_by)
        ),
        removed=tuple(
            document.id
            for path, document in known.items()
            if path not in live and not _is_hidden(path, snapshot.unreadable)
        ),
    )


def _differs(document: Stored, entry: Entry, parsed_by: str) -> bool:
    return (document.blob_id, document.parsed_by) != (entry.blob_id, parsed_by)


def _is_hidden(path: str, unreadable: Mapping[str, str]) -> bool:
    """Whether PATH could not be read, or lies in a folder that could not: that is not absent."""
    place = PurePosixPath(path)
    return any(str(part) in unreadable for part in (place, *place.parents))

"""What a sync has to do: the stored documents against those that are there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdlc_lens.errors import HeldBack, Unreadable
from sdlc_lens.queries.ingest import Stored
from sdlc_lens.sources.snapshot import Entry, Snapshot

FEWEST_GUARDED = 10


@dataclass(frozen=True)
class Plan:
    """What to add, replace and remove by id; what is `outdated` is read again where it is stored.

    All else stays untouched: `kept` tells how much that is.
    """

    added: tuple[Entry, ...] = ()
    changed: tuple[tuple[int, Entry], ...] = ()
    outdated: tuple[Stored, ...] = ()
    removed: tuple[int, ...] = ()
    kept: int = 0

    @property
    def written(self) -> int:
        """How many rows there are to add, replace or remove."""
        return len(self.added) + len(self.changed) + len(self.outdated) + len(self.removed)


def make_plan(
    stored: Sequence[Stored], snapshot: Snapshot, parsed_by: str, *, confirmed: bool = False
) -> Plan:
    """Compare. PARSED_BY names the parser and its vocabulary, whose change touches every row.

    HeldBack when most documents would go, unless somebody CONFIRMED that they may.
    """
    known = {document.path: document for document in stored}
    live = {entry.path: entry for entry in snapshot.entries}
    both = live.keys() & known.keys()
    changed = {path for path in both if known[path].blob_id != _blob(live[path])}
    removed = [
        document
        for path, document in known.items()
        if path not in live
        and path not in snapshot.unchanged
        and not _is_hidden(path, snapshot.unreadable)
    ]
    if not confirmed:
        _require_most_to_stay(stored, removed, snapshot)
    gone = {document.path for document in removed}
    same = [document for path, document in known.items() if path not in changed | gone]
    outdated = tuple(document for document in same if document.parsed_by != parsed_by)
    return Plan(
        tuple(entry for path, entry in live.items() if path not in known),
        tuple((known[path].id, live[path]) for path in live if path in changed),
        outdated,
        tuple(document.id for document in removed),
        len(same) - len(outdated),
    )


def reread_plan(stored: Iterable[Stored], parsed_by: str) -> Plan:
    """What a newer parser has to do, without a look at where the documents came from."""
    documents = tuple(stored)
    outdated = tuple(document for document in documents if document.parsed_by != parsed_by)
    return Plan(outdated=outdated, kept=len(documents) - len(outdated))


def _require_most_to_stay(
    stored: Sequence[Stored], removed: Sequence[Stored], snapshot: Snapshot
) -> None:
    """Refuse to lose everything, or more than half of ten and more; what has moved is not lost."""
    if not removed:
        return
    moved = set(map(_blob, snapshot.entries))
    lost = sum(document.blob_id not in moved for document in removed)
    nothing_left = not snapshot.entries and not snapshot.unchanged
    most = len(stored) >= FEWEST_GUARDED and lost * 2 > len(stored)
    if lost and (nothing_left or most):
        raise HeldBack(
            f"{lost} of {len(stored)} stored documents are gone from the workspace. Nothing was"
            " changed: check that the whole workspace is mounted. If they are meant to be gone,"
            " sync again with ?confirm=true"
        )


def _blob(entry: Entry) -> str | None:
    try:
        return entry.blob_id
    except Unreadable:
        return None


def _is_hidden(path: str, unreadable: Mapping[str, str]) -> bool:
    """Whether PATH could not be read, or lies in a folder that could not: that is not absent."""
    if not unreadable:
        return False
    place = PurePosixPath(path)
    return any(str(part) in unreadable for part in (place, *place.parents))

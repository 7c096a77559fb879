"""The plan of a sync: stored documents compared with a snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from sdlc_lens.errors import HeldBack
from sdlc_lens.queries.ingest import Stored

FEWEST_GUARDED = 10


@dataclass(frozen=True)
class Plan:
    """The paths of the documents to add, to change, to keep and to remove.

    Of those that are kept, `parse_again` were parsed by another parser or vocabulary.
    """

    add: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    parse_again: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The number of documents to write."""
        return len(self.add) + len(self.change) + len(self.remove) + len(self.parse_again)


def make_plan(
    stored: Mapping[str, Stored],
    blobs: Mapping[str, str],
    unreadable: Mapping[str, str],
    parsed_by: str,
) -> Plan:
    """Compare the STORED documents with the BLOBS of a snapshot, by path."""
    both = stored.keys() & blobs.keys()
    change = {path for path in both if stored[path].blob_id != blobs[path]}
    remove = {path for path in stored.keys() - both if not _is_hidden(path, unreadable)}
    keep = stored.keys() - change - remove
    outdated = {path for path in keep if stored[path].parsed_by != parsed_by}
    new = blobs.keys() - both
    return Plan(*(tuple(sorted(paths)) for paths in (new, change, keep, remove, outdated)))


def require_most_to_stay(
    stored: Mapping[str, Stored], blobs: Mapping[str, str], plan: Plan
) -> None:
    """Refuse a plan that removes all stored documents, or more than half of at least ten. Moved
    documents do not count.

    Raises: HeldBack.
    """
    present = set(blobs.values())
    lost = [path for path in plan.remove if stored[path].blob_id not in present]
    nothing_left = len(lost) == len(stored)
    most = len(stored) >= FEWEST_GUARDED and len(lost) * 2 > len(stored)
    if lost and (nothing_left or most):
        raise HeldBack(
            f"{len(lost)} of {len(stored)} stored documents are gone from the workspace. Nothing"
            " was changed: check that the whole workspace is mounted. If they are meant to be gone,"
            " sync again with ?confirm=true, or on the command line with --confirm",
            lost,
        )


def _is_hidden(path: str, unreadable: Mapping[str, str]) -> bool:
    """Whether PATH, or a folder that it is in, could not be read: unreadable is not absent."""
    if not unreadable:
        return False
    place = PurePosixPath(path)
    return any(str(part) in unreadable for part in (place, *place.parents))

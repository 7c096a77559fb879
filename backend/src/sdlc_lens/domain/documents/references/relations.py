"""Which document a reference means."""

from collections.abc import Iterable
from dataclasses import dataclass

from sdlc_lens.domain.documents.kinds import BY_PREFIX
from sdlc_lens.domain.documents.layout import home


@dataclass(frozen=True)
class Candidate:
    """A document that answers to REF: as its OWN id, or else as an alias."""

    id: int
    ref: str
    own: bool
    type: str
    path: str


def resolve(candidates: Iterable[Candidate]) -> dict[str, int]:
    """The id of the one document that each ref means."""
    winners: dict[str, Candidate] = {}
    for candidate in candidates:
        rival = winners.get(candidate.ref)
        if rival is None or _rank(candidate) < _rank(rival):
            winners[candidate.ref] = candidate
    return {ref: winner.id for ref, winner in winners.items()}


def _rank(candidate: Candidate) -> tuple[bool, bool, str]:
    """Least wins: of its prefix's type and in that type's folder, then by own id, then by path."""
    prefix = next((prefix for prefix in BY_PREFIX if candidate.ref.startswith(prefix)), "")
    kind = BY_PREFIX.get(prefix)
    at_home = kind and candidate.type == kind.name and home(candidate.path) == kind
    return not at_home, not candidate.own, candidate.path

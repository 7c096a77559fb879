"""References between documents: what a document names, and which document that means."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sdlc_lens.domain.documents.header import Field, with_ids
from sdlc_lens.domain.documents.ids import all_ids
from sdlc_lens.domain.documents.kinds import BY_PREFIX
from sdlc_lens.domain.documents.layout import home

ALIASES = "aliases"
MENTION = "mention"

FAMILY = ("story", "epic", "parent")
"""The fields that name a parent; the first of them that a document has decides."""

Reference = tuple[str, str]
"""A relation, such as `epic`, and the ref that it points at."""


@dataclass(frozen=True)
class Link:
    """A reference under the name of its field, such as `depends_on`; TARGET in normal form."""

    relation: str
    target: str


def aliases(fields: Iterable[Field]) -> tuple[str, ...]:
    """The other refs that a document answers to."""
    return tuple(dict.fromkeys(_targets(field for field in fields if field.key == ALIASES)))


def references(fields: Iterable[Field]) -> tuple[Link, ...]:
    """Every reference in a header field, in its order, once for each field."""
    found = (
        Link(field.relation, target)
        for field in fields
        if field.key != ALIASES
        for target in _targets([field])
    )
    return tuple(dict.fromkeys(found))


def mentions(text: str, own: Container[str | None]) -> tuple[Link, ...]:
    """Every id that occurs in TEXT, once, in the order of first occurrence; its OWN left out."""
    found = (Link(MENTION, target) for target in dict.fromkeys(all_ids(text)) if target not in own)
    return tuple(found)


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


def parents(own: int, references: Iterable[Reference], meanings: Mapping[str, int]) -> list[int]:
    """The nearest parents of the document OWN, in the order in which they are named.

    MEANINGS has the document that a ref means. What points at the document itself says nothing;
    a story that is named but missing still keeps the epic from being a parent.
    """
    named: dict[str, list[str]] = {relation: [] for relation in FAMILY}
    for relation, target in references:
        if relation in named and meanings.get(target) != own:
            named[relation].append(target)
    decisive: Sequence[str] = next((targets for targets in named.values() if targets), [])
    return list(dict.fromkeys(meanings[target] for target in decisive if target in meanings))


def _targets(fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        yield from all_ids(with_ids(field.written))


def _rank(candidate: Candidate) -> tuple[bool, bool, str]:
    """Least wins: of its prefix's type and in that type's folder, then by own id, then by path."""
    prefix = next((prefix for prefix in BY_PREFIX if candidate.ref.startswith(prefix)), "")
    kind = BY_PREFIX.get(prefix)
    at_home = kind and candidate.type == kind.name and home(candidate.path) == kind
    return not at_home, not candidate.own, candidate.path

"""What a document points at: by its header fields, and by mentions in its text."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from sdlc_lens.domain.documents.header import Field, with_ids
from sdlc_lens.domain.documents.ids import all_ids

ALIASES = "aliases"
MENTION = "mention"


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


def _targets(fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        yield from all_ids(with_ids(field.written))

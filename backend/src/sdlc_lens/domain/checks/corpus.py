"""A read view of a workspace's documents for the rules of the health check."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from sdlc_lens.domain.documents.document import Document, Summary
from sdlc_lens.domain.documents.kinds import ARTEFACTS, is_terminal
from sdlc_lens.domain.documents.references import MENTION

_FIELDS = {
    "epic": frozenset({"epic", "epics"}),
    "story": frozenset({"story", "stories"}),
}
_PARENT = "parent"
_NO_LONGER_VALID = frozenset({"Superseded", "Withdrawn", "Rejected"})


@dataclass(frozen=True, slots=True)
class Facts(Summary):
    """What the rules know of one document; `references` are those of its header fields.

    `refs` are the ids it answers to: its own and its aliases, in normal form.
    """

    content_length: int
    refs: frozenset[str]
    references: tuple[tuple[str, str], ...]

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return not is_terminal(self.type, self.status)

    @property
    def is_live(self) -> bool:
        """Whether it still holds, be it finished or not."""
        return self.status not in _NO_LONGER_VALID


class Corpus:
    """Every document of a workspace, and who names whom."""

    def __init__(self, documents: Iterable[Facts]) -> None:
        self.documents = tuple(sorted(documents, key=lambda document: document.path))
        self._types: dict[str, list[Facts]] = defaultdict(list)
        self._answering: dict[str, list[Facts]] = defaultdict(list)
        for document in self.documents:
            self._types[document.type].append(document)
            for ref in document.refs:
                self._answering[ref].append(document)
        self._naming: dict[tuple[str, str], list[Facts]] = defaultdict(list)
        for document in self.documents:
            for target in dict.fromkeys(target for _, target in document.references):
                self._naming[document.type, target].append(document)

    def of(self, *types: str) -> Iterator[Facts]:
        """The documents of these types, by type and path."""
        for type_name in types:
            yield from self._types.get(type_name, ())

    def artefacts(self) -> Iterator[Facts]:
        """The documents of every type that has an id and is no record, by path."""
        return (document for document in self.documents if document.type in ARTEFACTS)

    def open_stories(self) -> Iterator[Facts]:
        """The stories in which something is left to do."""
        return (story for story in self.of("story") if story.is_open)

    def is_answered(self, target: str) -> bool:
        """Whether any document has the id TARGET."""
        return target in self._answering

    def targets(self, document: Facts, type_name: str) -> tuple[str, ...]:
        """The ids that a document gives for its epic or story, or for a `parent` of that type."""
        return tuple(
            target
            for relation, target in document.references
            if relation in _FIELDS[type_name]
            or (relation == _PARENT and self._is(target, type_name))
        )

    def named(self, document: Facts, type_name: str) -> list[Facts]:
        """The epics or stories of a document."""
        found = (self._answering.get(ref, ()) for ref in self.targets(document, type_name))
        return [other for others in found for other in others if other.type == type_name]

    def naming(self, document: Facts, type_name: str) -> list[Facts]:
        """The documents of TYPE_NAME that belong to an epic or story."""
        found = {
            other.path: other
            for ref in document.refs
            for other in self._naming.get((type_name, ref), ())
            if ref in self.targets(other, document.type)
        }
        return [found[path] for path in sorted(found)]

    def _is(self, target: str, type_name: str) -> bool:
        return any(other.type == type_name for other in self._answering.get(target, ()))


def facts(document: Document) -> Facts:
    """What the rules know of a document that was just read."""
    return Facts(
        **{field.name: getattr(document, field.name) for field in fields(Summary)},
        content_length=document.content_length,
        refs=frozenset({*document.aliases, *filter(None, [document.ref])}),
        references=tuple(
            (link.relation, link.target) for link in document.links if link.relation != MENTION
        ),
    )

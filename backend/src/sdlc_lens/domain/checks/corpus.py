"""A read view of a workspace's documents for the rules of the health check."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from sdlc_lens.domain.documents.document import Document, Summary
from sdlc_lens.domain.documents.kinds import ARTEFACTS, StatusClass, is_terminal, status_class
from sdlc_lens.domain.documents.references import MENTION, Candidate, Link, Meanings

FIELDS = {
    "epic": frozenset({"epic", "epics"}),
    "story": frozenset({"story", "stories"}),
}
"""The fields that name a document's epics and stories."""
PARENT = "parent"
"""A field that names an epic or a story, whichever the document is that it means."""


@dataclass(frozen=True, slots=True)
class Facts(Summary):
    """The fields of a document that rules use; `references` are those of its header.

    `refs` are the ids it answers to: its own and its aliases, in normal form.
    """

    content_length: int
    refs: tuple[str, ...]
    references: tuple[Link, ...]
    records_verification: bool
    is_unproven: bool

    @property
    def is_open(self) -> bool:
        """Whether the work is neither finished nor dropped."""
        return not is_terminal(self.type, self.status)

    @property
    def is_live(self) -> bool:
        """Whether it was not dropped."""
        return status_class(self.type, self.status) is not StatusClass.DROPPED


class Corpus:
    """Every document of a workspace, and the references between them."""

    def __init__(self, documents: Iterable[Facts]) -> None:
        self.documents = tuple(sorted(documents, key=lambda document: document.path))
        self._meanings = Meanings(
            Candidate(number, ref, ref == document.ref, document.type, document.path)
            for number, document in enumerate(self.documents)
            for ref in document.refs
        )
        self._types: dict[str, list[Facts]] = defaultdict(list)
        self._naming: dict[tuple[str, str], list[Facts]] = defaultdict(list)
        for document in self.documents:
            self._types[document.type].append(document)
            for reference in document.references:
                if meant := self.meant(reference):
                    naming = self._naming[document.type, meant.path]
                    if not naming or naming[-1] is not document:
                        naming.append(document)

    def of(self, *types: str) -> Iterator[Facts]:
        """The documents of these types, by type and path."""
        for type_name in types:
            yield from self._types.get(type_name, ())

    def artefacts(self) -> Iterator[Facts]:
        """The documents of every type that has an id and is no record, by path."""
        return (document for document in self.documents if document.type in ARTEFACTS)

    def open_stories(self) -> Iterator[Facts]:
        """The stories that are open."""
        return (story for story in self.of("story") if story.is_open)

    def meant(self, reference: Link) -> Facts | None:
        """The target of a reference; None if it is dangling."""
        number = self._meanings.get(reference.target, reference.path)
        return None if number is None else self.documents[number]

    def targets(self, document: Facts, type_name: str) -> list[Link]:
        """The references of a document to its epic or story, or to a `parent` of that type."""
        return [
            reference
            for reference in document.references
            if (reference.relation in FIELDS[type_name] and not self._is_nothing(reference))
            or (reference.relation == PARENT and self._is(reference, type_name))
        ]

    def named(self, document: Facts, type_name: str) -> list[Facts]:
        """The epics or stories of a document."""
        found = map(self.meant, self.targets(document, type_name))
        return [other for other in found if other and other.type == type_name]

    def naming(self, document: Facts, type_name: str) -> list[Facts]:
        """The documents of TYPE_NAME that belong to an epic or story, by path."""
        return [
            other
            for other in self._naming.get((type_name, document.path), ())
            if any(
                (meant := self.meant(target)) and meant.path == document.path
                for target in self.targets(other, document.type)
            )
        ]

    def references(self, document: Facts) -> dict[tuple[str, str], bool]:
        """The relations and targets of a document's references; whether each means a document."""
        found: dict[tuple[str, str], bool] = {}
        for reference in document.references:
            if not self._is_nothing(reference):
                found[reference.relation, reference.target] = self.meant(reference) is not None
        return found

    def _is_nothing(self, reference: Link) -> bool:
        return reference.candidate and self.meant(reference) is None

    def _is(self, reference: Link, type_name: str) -> bool:
        meant = self.meant(reference)
        return meant is not None and meant.type == type_name


def facts(document: Document) -> Facts:
    """The facts of a parsed document."""
    return Facts(
        **{field.name: getattr(document, field.name) for field in fields(Summary)},
        content_length=document.content_length,
        refs=tuple(dict.fromkeys([*document.aliases, *filter(None, [document.ref])])),
        references=tuple(link for link in document.links if link.relation != MENTION),
        records_verification=document.records_verification,
        is_unproven=document.is_unproven,
    )

"""Documents parsed, ready to be stored; done in a thread, away from the event loop."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.parse import PARSER_VERSION, Document, parse
from sdlc_lens.errors import Unreadable
from sdlc_lens.sources.snapshot import Entry, blob_id

Row = dict[str, object]
Numbered = tuple[int, Entry]

_to_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class Rows:
    """The rows of some documents, in the three tables that hold them; `failures` tells by path
    which ones could not be read, and why.
    """

    documents: list[Row]
    refs: list[Row]
    links: list[Row]
    failures: dict[str, str]


@dataclass(frozen=True)
class Reader:
    """Reads documents of one project, by its vocabulary, as of one moment."""

    project_id: int
    configuration: Configuration
    moment: str

    def read(self, portion: Iterable[Numbered]) -> Rows:
        """The rows of a portion of documents, with the ids that they are given."""
        rows = Rows([], [], [], {})
        for number, entry in portion:
            try:
                source = entry.read()
            except Unreadable as error:
                rows.failures[entry.path] = str(error)
                continue
            if source is not None:
                self._add(rows, number, entry.path, source)
        return rows

    def _add(self, rows: Rows, number: int, path: str, source: bytes) -> None:
        document = parse(path, source, self.configuration)
        rows.documents.append(self._row(number, source, document))
        rows.refs.extend(_refs(number, document))
        rows.links.extend(_links(number, document))

    @cached_property
    def parsed_by(self) -> str:
        """A mark of the parser and its vocabulary: with another one, documents read otherwise."""
        text = json.dumps(sorted(self.configuration.vocabulary.items()))
        return f"{PARSER_VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def _row(self, number: int, source: bytes, document: Document) -> Row:
        return {
            "id": number,
            "project_id": self.project_id,
            "path": document.path,
            "type": document.type,
            "doc_id": document.doc_id,
            "ref": document.ref,
            "title": document.title,
            "status": document.status,
            "owner": document.owner,
            "priority": document.priority,
            "story_points": document.story_points,
            "epic": document.epic,
            "story": document.story,
            "fields": _to_json(document.fields),
            "sha256": hashlib.sha256(source).hexdigest(),
            "blob_id": blob_id(source),
            "parsed_by": self.parsed_by,
            "updated_at": self.moment,
            "content_start": document.content_start,
            "content_length": document.content_length,
            "source": source,
        }


def _refs(document_id: int, document: Document) -> Iterable[Row]:
    refs = dict.fromkeys(document.aliases, False)
    if document.ref:
        refs[document.ref] = True
    return ({"document_id": document_id, "ref": ref, "own": own} for ref, own in refs.items())


def _links(document_id: int, document: Document) -> Iterable[Row]:
    for position, link in enumerate(document.links):
        yield {
            "document_id": document_id,
            "position": position,
            "relation": link.relation,
            "target": link.target,
        }

"""Documents parsed, ready to be stored; done in a thread, away from the event loop."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sdlc_lens.domain.config import Configuration
from sdlc_lens.domain.parse import PARSER_VERSION, Document, parse

Row = dict[str, object]

_to_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class Unread:
    """A document whose bytes are there and whose row is not."""

    id: int
    path: str
    source: bytes
    blob_id: str


@dataclass(frozen=True)
class Rows:
    """The rows of some documents, in the three tables that hold them."""

    documents: list[Row]
    refs: list[Row]
    links: list[Row]


@dataclass(frozen=True)
class Reader:
    """Reads documents of one project, by its vocabulary, as of one moment."""

    project_id: int
    configuration: Configuration
    moment: str

    def read(self, portion: Iterable[Unread]) -> Rows:
        """The rows of a portion of documents."""
        rows = Rows([], [], [])
        for unread in portion:
            document = parse(unread.path, unread.source, self.configuration)
            rows.documents.append(self._row(unread, document))
            rows.refs.extend(_refs(unread.id, document))
            rows.links.extend(_links(unread.id, document))
        return rows

    @cached_property
    def parsed_by(self) -> str:
        """A mark of the parser and its vocabulary: with another one, documents read otherwise."""
        text = json.dumps(sorted(self.configuration.vocabulary.items()))
        return f"{PARSER_VERSION}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def _row(self, unread: Unread, document: Document) -> Row:
        return {
            "id": unread.id,
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
            "sha256": hashlib.sha256(unread.source).hexdigest(),
            "blob_id": unread.blob_id,
            "parsed_by": self.parsed_by,
            "updated_at": self.moment,
            "content_start": document.content_start,
            "content_length": document.content_length,
            "source": unread.source,
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

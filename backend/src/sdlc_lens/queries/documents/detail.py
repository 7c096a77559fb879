"""One document, found by any of its names."""

import sqlite3
from dataclasses import dataclass, fields
from hashlib import sha256

from sdlc_lens.db.connection import rows
from sdlc_lens.db.tables import Json, documents
from sdlc_lens.domain.documents.document import Details
from sdlc_lens.domain.documents.ids import normal_form
from sdlc_lens.domain.documents.kinds import SINGLETONS
from sdlc_lens.domain.documents.parse import content, decode
from sdlc_lens.domain.documents.references import Meanings
from sdlc_lens.errors import NotFound
from sdlc_lens.queries.references import Named, candidates

_DETAIL = f"""
SELECT {", ".join(field.name for field in fields(Details))}, updated_at, content_start, source
FROM documents JOIN document_sources ON document_id = id WHERE id = :id
"""
_JSON = {
    field.name: kind
    for field in fields(Details)
    if isinstance(kind := documents.c[field.name].type, Json)
}
_OF_STEM = """
SELECT path, id FROM documents WHERE project_id = :project_id AND type = :type AND doc_id = :stem
"""
# Answered from the index of type and doc_id: of namesakes alone the paths are read. The plus keeps
# SQLite from another index.
_PLACE = """
SELECT count(*) AS total, count(*) FILTER (WHERE doc_id < :doc_id) + (
    SELECT count(*) FROM documents
    WHERE project_id = :project_id AND type = :type AND doc_id = :doc_id AND +path <= :path
) AS number
FROM documents WHERE project_id = :project_id AND type = :type
"""
_NEIGHBOUR = """
SELECT type, doc_id, path FROM documents
WHERE project_id = :project_id AND type = :type AND (doc_id, path) {than} (:doc_id, :path)
ORDER BY doc_id {order}, path {order} LIMIT 1
"""
_BEFORE = _NEIGHBOUR.format(than="<", order="DESC")
_AFTER = _NEIGHBOUR.format(than=">", order="ASC")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A document next to another one."""

    type: str
    doc_id: str
    path: str


@dataclass(frozen=True)
class Place:
    """A document among those of its type, in the order of their ids; `number` counts from 1."""

    number: int
    total: int
    before: Neighbour | None
    after: Neighbour | None


@dataclass(frozen=True)
class Found:
    """The document that is meant, and the paths of the others that answer to the same name."""

    id: int
    others: tuple[str, ...]


@dataclass(frozen=True)
class Detail(Details):
    """A document with its text; `sha256` is that of its source."""

    updated_at: str
    encoded_content: bytes
    sha256: str

    @property
    def content(self) -> str:
        """The text; invalid UTF-8 is replaced by a marker."""
        return decode(self.encoded_content)


def find_document(
    connection: sqlite3.Connection,
    project_id: int,
    type_name: str,
    name: str,
    path: str | None = None,
) -> Found:
    """The document of this type whose stem, else whose ref or alias, is NAME.

    Of several the one at PATH is meant; without a PATH the lexically first of one stem, and of
    one ref the one that references to it mean.
    """
    stem = name.lower() if type_name in SINGLETONS else name
    values = {"project_id": project_id, "type": type_name, "stem": stem}
    matches = {row["path"]: row["id"] for row in rows(connection, _OF_STEM, values)}
    chosen = min(matches, default=None)
    if chosen is None:
        bearers = candidates(connection, project_id, [normal_form(name)])
        of_type = [candidate for candidate in bearers if candidate.type == type_name]
        matches = {candidate.path: candidate.id for candidate in of_type}
        winners = set(Meanings(of_type).winners())
        chosen = next((path for path, found in matches.items() if found in winners), None)
    chosen = chosen if path is None else path
    if chosen is None or chosen not in matches:
        raise NotFound(f"there is no document {name[:200]!r} of type {type_name[:200]!r} here")
    return Found(matches[chosen], tuple(sorted(set(matches) - {chosen})))


def get_detail(connection: sqlite3.Connection, document_id: int) -> Detail:
    """All stored fields of a document."""
    (found,) = rows(connection, _DETAIL, {"id": document_id})
    values = dict(found)
    source, start = values.pop("source"), values.pop("content_start")
    values |= {name: kind.process_result_value(values[name]) for name, kind in _JSON.items()}
    encoded = content(source, start)
    return Detail(**values, encoded_content=encoded, sha256=sha256(source).hexdigest())


def get_place(connection: sqlite3.Connection, project_id: int, document: Named) -> Place:
    """Where a document stands among those of its type."""
    values = {
        "project_id": project_id,
        "type": document.type,
        "doc_id": document.doc_id,
        "path": document.path,
    }
    (place,) = rows(connection, _PLACE, values)
    before, after = (
        next((Neighbour(**row) for row in rows(connection, statement, values)), None)
        for statement in (_BEFORE, _AFTER)
    )
    return Place(place["number"], place["total"], before, after)


def get_source(connection: sqlite3.Connection, document_id: int) -> bytes:
    """A document's file as it was read."""
    query = "SELECT source FROM document_sources WHERE document_id = :id"
    return bytes(rows(connection, query, {"id": document_id})[0]["source"])

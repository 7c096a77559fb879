"""One document, found by any of the names that it goes by."""

import hashlib
from dataclasses import dataclass, fields

from sqlalchemy import bindparam, select

from sdlc_lens.db.database import ReadSession
from sdlc_lens.db.tables import document_refs, document_sources, documents
from sdlc_lens.domain.documents.document import Details
from sdlc_lens.domain.documents.ids import normal_form
from sdlc_lens.domain.documents.kinds import SINGLETONS
from sdlc_lens.domain.documents.parse import content
from sdlc_lens.domain.documents.references import Candidate, Meanings
from sdlc_lens.errors import NotFound
from sdlc_lens.queries.references import bearers

_DETAIL = (
    select(
        *(documents.c[field.name] for field in fields(Details)),
        documents.c.updated_at,
        documents.c.content_start,
        document_sources.c.source,
    )
    .join_from(documents, document_sources)
    .where(documents.c.id == bindparam("id"))
)
_OF_STEM = select(documents.c.path, documents.c.id).where(
    documents.c.project_id == bindparam("project_id"),
    documents.c.type == bindparam("type"),
    documents.c.doc_id == bindparam("stem"),
)


@dataclass(frozen=True)
class Found:
    """The document that is meant, and the paths of the others that answer to the same name."""

    id: int
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Detail(Details):
    """A document with its text; `sha256` is that of its source."""

    updated_at: str
    content: str
    sha256: str


async def find_document(
    session: ReadSession, project_id: int, type_name: str, name: str, path: str | None = None
) -> Found:
    """The document of this type whose stem, else whose ref or alias, is NAME.

    Of several the one at PATH is meant; without a PATH the lexically first of one stem, and of
    one ref the one that references to it mean.
    """
    matches = await _of_stem(session, project_id, type_name, name)
    chosen = min(matches, default=None)
    if chosen is None:
        candidates = await _of_ref(session, project_id, type_name, normal_form(name))
        matches = {candidate.path: candidate.id for candidate in candidates}
        winners = set(Meanings(candidates).winners())
        chosen = next((path for path, found in matches.items() if found in winners), None)
    chosen = chosen if path is None else path
    if chosen is None or chosen not in matches:
        raise NotFound(f"there is no document {name[:200]!r} of type {type_name[:200]!r} here")
    return Found(matches[chosen], tuple(sorted(set(matches) - {chosen})))


async def get_detail(session: ReadSession, document_id: int) -> Detail:
    """Everything that is known of a document."""
    row = dict((await session.execute(_DETAIL, {"id": document_id})).mappings().one())
    source, start = row.pop("source"), row.pop("content_start")
    return Detail(**row, content=content(source, start), sha256=hashlib.sha256(source).hexdigest())


async def get_source(session: ReadSession, document_id: int) -> bytes:
    """A document's file as it was read."""
    query = select(document_sources.c.source).where(document_sources.c.document_id == document_id)
    return bytes((await session.execute(query)).scalar_one())


async def _of_stem(
    session: ReadSession, project_id: int, type_name: str, stem: str
) -> dict[str, int]:
    stem = stem.lower() if type_name in SINGLETONS else stem
    values = {"project_id": project_id, "type": type_name, "stem": stem}
    return {row.path: row.id for row in await session.execute(_OF_STEM, values)}


async def _of_ref(
    session: ReadSession, project_id: int, type_name: str, ref: str
) -> list[Candidate]:
    bears_it = (document_refs.c.ref == ref) & (documents.c.type == type_name)
    query = bearers(project_id).where(bears_it)
    return [Candidate(**row) for row in (await session.execute(query)).mappings()]

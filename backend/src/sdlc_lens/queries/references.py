"""References between documents: who names whom, which document a ref means, what is related."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any

from sqlalchemy import Select, func, select

from sdlc_lens.db.database import ReadSession
from sdlc_lens.db.tables import document_links, document_refs, documents
from sdlc_lens.domain.documents.references import (
    FAMILY,
    MENTION,
    Candidate,
    Link,
    Meanings,
    parents,
)

DEPENDS_ON = "depends_on"

# A sum uses no index: else SQLite would go through the whole project rather than through the few
# documents that bear a ref.
_project_id = documents.c.project_id + 0
_CANDIDATE = (
    documents.c.id,
    document_refs.c.ref,
    document_refs.c.own,
    documents.c.type,
    documents.c.path,
)

Refs = Select[tuple[str]]
Ids = Select[tuple[int]]


@dataclass(frozen=True)
class Named:
    """A document as others name it."""

    id: int
    doc_id: str
    type: str
    title: str
    status: str | None
    path: str


@dataclass(frozen=True)
class Relation:
    """A reference, and the document that it means unless it is dangling."""

    relation: str
    target: str
    document: Named | None


@dataclass(frozen=True)
class Related:
    """A document among the others of its project."""

    document: Named
    parents: list[Named]
    children: list[Named]
    depends_on: list[Named]
    dependents: list[Named]
    relations: list[Relation]
    mentions: list[Relation]


def bearers(project_id: int) -> Select[Any]:
    """The documents of the project and the refs that they answer to, as candidates."""
    return (
        select(*_CANDIDATE)
        .join(document_refs, document_refs.c.document_id == documents.c.id)
        .where(_project_id == project_id)
    )


async def find_meanings(session: ReadSession, project_id: int, refs: Refs) -> Meanings:
    """The documents of the project that REFS mean."""
    query = bearers(project_id).where(document_refs.c.ref.in_(refs))
    rows = (await session.execute(query)).mappings()
    return Meanings(Candidate(**row) for row in rows)


async def get_references(session: ReadSession, document_id: int) -> list[Link]:
    """Everything that a document points at, in its order."""
    columns = (document_links.c.relation, document_links.c.target)
    query = (
        select(*columns)
        .where(document_links.c.document_id == document_id)
        .order_by(document_links.c.position)
    )
    return [Link(*row) for row in await session.execute(query)]


async def get_family_references(session: ReadSession, ids: Ids) -> dict[int, list[Link]]:
    """What the documents name as their parents, in their order."""
    query = (
        select(document_links.c.document_id, document_links.c.relation, document_links.c.target)
        .where(document_links.c.document_id.in_(ids), document_links.c.relation.in_(FAMILY))
        .order_by(document_links.c.document_id, document_links.c.position)
    )
    found: dict[int, list[Link]] = defaultdict(list)
    for document_id, relation, target in await session.execute(query):
        found[document_id].append(Link(relation, target))
    return found


def targets_of(ids: Ids, relations: Iterable[str] | None = None) -> Refs:
    """What the documents point at, by these relations or by any."""
    query = select(document_links.c.target).where(document_links.c.document_id.in_(ids))
    return query if relations is None else query.where(document_links.c.relation.in_(relations))


def refs_of(document_id: int) -> Refs:
    """The refs that a document answers to."""
    return select(document_refs.c.ref).where(document_refs.c.document_id == document_id)


def naming(project_id: int, refs: Refs, relations: Iterable[str]) -> Select[tuple[int, str]]:
    """The documents of the project that point at REFS by these relations, and the refs."""
    return (
        select(documents.c.id, document_links.c.target)
        .join(document_links, document_links.c.document_id == documents.c.id)
        .where(
            _project_id == project_id,
            document_links.c.target.in_(refs),
            document_links.c.relation.in_(relations),
        )
    )


def these(ids: Iterable[int]) -> Ids:
    """IDS as a query: a statement may have so many parameters only, and a list may be longer."""
    values = func.json_each(json.dumps(list(ids))).table_valued("value")
    return select(values.c.value)


async def get_named(session: ReadSession, ids: Ids) -> dict[int, Named]:
    """The documents with these ids."""
    columns = [documents.c[field.name] for field in fields(Named)]
    query = select(*columns).where(documents.c.id.in_(ids))
    return {row["id"]: Named(**row) for row in (await session.execute(query)).mappings()}


async def get_related(session: ReadSession, project_id: int, document_id: int) -> Related:
    """Everything that a document is related to."""
    references = await get_references(session, document_id)
    targets = targets_of(these([document_id]))
    meanings = await find_meanings(session, project_id, targets)
    refs = refs_of(document_id)
    above = await _ancestors(session, project_id, document_id)
    below = await _children(session, project_id, refs, document_id)
    dependents = await _dependents(session, project_id, refs, document_id)
    ids = {document_id, *meanings.values(), *above, *below, *dependents}
    named = await get_named(session, these(ids))
    relations = [
        Relation(link.relation, link.target, named.get(meanings.get(link.target) or 0))
        for link in references
    ]
    return Related(
        document=named[document_id],
        parents=[named[ancestor] for ancestor in above],
        children=_in_order(named[child] for child in below),
        depends_on=_documents(found for found in relations if found.relation == DEPENDS_ON),
        dependents=_in_order(named[dependent] for dependent in set(dependents)),
        relations=[found for found in relations if found.relation != MENTION],
        mentions=[found for found in relations if found.relation == MENTION],
    )


async def _ancestors(session: ReadSession, project_id: int, document_id: int) -> list[int]:
    """Parents, their parents and so on, the nearest first; where it goes in circles it ends."""
    seen = {document_id: None}
    nearest = [document_id]
    while references := await get_family_references(session, these(nearest)):
        targets = targets_of(these(nearest), FAMILY)
        meanings = await find_meanings(session, project_id, targets)
        above = [parents(document, named, meanings) for document, named in references.items()]
        nearest = [parent for parent in dict.fromkeys(chain(*above)) if parent not in seen]
        seen |= dict.fromkeys(nearest)
    return list(seen)[1:]


async def _children(session: ReadSession, project_id: int, refs: Refs, own: int) -> list[int]:
    """The documents that have this one among their nearest parents."""
    candidates: Ids = naming(project_id, refs, FAMILY).with_only_columns(documents.c.id)
    references = await get_family_references(session, candidates)
    if not references:
        return []
    meanings = await find_meanings(session, project_id, targets_of(candidates, FAMILY))
    return [child for child, named in references.items() if own in parents(child, named, meanings)]


async def _dependents(session: ReadSession, project_id: int, refs: Refs, own: int) -> list[int]:
    """The documents that depend on this one, and not on a namesake."""
    found = (await session.execute(naming(project_id, refs, [DEPENDS_ON]))).all()
    if not found:
        return []
    meanings = await find_meanings(session, project_id, refs)
    return [row.id for row in found if meanings.get(row.target) == own]


def _in_order(documents: Iterable[Named]) -> list[Named]:
    return sorted(documents, key=lambda document: (document.type, document.doc_id, document.path))


def _documents(relations: Iterable[Relation]) -> list[Named]:
    """What the relations mean, each document once."""
    return list(dict.fromkeys(found.document for found in relations if found.document))

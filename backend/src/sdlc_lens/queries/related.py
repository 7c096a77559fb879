"""What stands around one document: whom it names, and who names it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from sdlc_lens.db.database import ReadSession
from sdlc_lens.db.tables import documents
from sdlc_lens.domain.documents.references import FAMILY, MENTION, parents
from sdlc_lens.queries.references import (
    Ids,
    Named,
    Refs,
    find_meanings,
    get_family_references,
    get_named,
    get_references,
    naming,
    refs_of,
    targets_of,
    these,
)

DEPENDS_ON = "depends_on"


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
        Relation(relation, target, named.get(meanings.get(target, 0)))
        for relation, target in references
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
    return [row.id for row in found if meanings[row.target] == own]


def _in_order(documents: Iterable[Named]) -> list[Named]:
    return sorted(documents, key=lambda document: (document.type, document.doc_id, document.path))


def _documents(relations: Iterable[Relation]) -> list[Named]:
    """What the relations mean, each document once."""
    return list(dict.fromkeys(found.document for found in relations if found.document))

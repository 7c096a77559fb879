"""References between documents: their targets, relations and mentions."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from sdlc_lens.db.connection import rows
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
_CANDIDATES = """
SELECT documents.id, document_refs.ref, own, type, path
FROM document_refs JOIN documents ON documents.id = document_id
WHERE document_refs.ref IN (SELECT value FROM json_each(:refs)) AND project_id + 0 = :project_id
"""
_LINK = ", ".join(f"document_links.{name}" for name in Link._fields)
_LINKS = f"""
SELECT {_LINK} FROM document_links
WHERE document_id = :id AND relation IS NOT :left_out ORDER BY position
"""
_LINKS_BY = f"""
SELECT document_id, {_LINK} FROM document_links
WHERE document_id IN (SELECT value FROM json_each(:ids))
    AND relation IN (SELECT value FROM json_each(:relations))
ORDER BY document_id, position
"""
_NAMING = f"""
SELECT document_id, {_LINK}
FROM document_links JOIN documents ON documents.id = document_id
WHERE target IN (SELECT ref FROM document_refs WHERE document_id = :id)
    AND relation IN (SELECT value FROM json_each(:relations)) AND project_id + 0 = :project_id
"""
_AT_PATHS = """
SELECT id FROM documents
WHERE project_id = :project_id AND path IN (SELECT value FROM json_each(:paths))
"""


@dataclass(frozen=True)
class Named:
    """A document as others name it."""

    id: int
    doc_id: str
    type: str
    title: str
    status: str | None
    path: str


_NAMED = f"""
SELECT {", ".join(field.name for field in fields(Named))} FROM documents
WHERE id IN (SELECT value FROM json_each(:ids))
"""


@dataclass(frozen=True)
class Relation:
    """A reference, and the document that it means; None if it is dangling."""

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


@dataclass(frozen=True)
class Targets:
    """The targets of ids and paths in a document: documents by ref and by path."""

    by_ref: Mapping[str, Named]
    by_path: Mapping[str, Named]


def candidates(
    connection: sqlite3.Connection, project_id: int, refs: Iterable[str]
) -> list[Candidate]:
    """The documents of the project that answer to one of REFS."""
    values = {"project_id": project_id, "refs": json.dumps(list(refs))}
    return [Candidate(**row) for row in rows(connection, _CANDIDATES, values)]


def find_targets(
    connection: sqlite3.Connection, project_id: int, refs: Iterable[str], paths: Iterable[str]
) -> Targets:
    """The documents of the project that REFS mean, and those at PATHS."""
    wanted = list(refs)
    meanings = _meanings(connection, project_id, wanted)
    meant = {ref: found for ref in wanted if (found := meanings.get(ref)) is not None}
    values = {"project_id": project_id, "paths": json.dumps(list(paths))}
    at_paths = [row["id"] for row in rows(connection, _AT_PATHS, values)]
    ids = json.dumps([*meant.values(), *at_paths])
    named = {row["id"]: Named(**row) for row in rows(connection, _NAMED, {"ids": ids})}
    by_path = {named[found].path: named[found] for found in at_paths}
    return Targets({ref: named[found] for ref, found in meant.items()}, by_path)


def get_mentioning(
    connection: sqlite3.Connection, project_id: int, document_id: int
) -> list[Named]:
    """The documents whose text mentions this one, by type, then id."""
    naming = _naming(connection, project_id, document_id, [MENTION])
    meanings = _meanings(connection, project_id, (link.target for _, link in naming))
    found = _meant(naming, meanings, document_id, MENTION)
    values = {"ids": json.dumps(list(found - {document_id}))}
    return _in_order(Named(**row) for row in rows(connection, _NAMED, values))


def get_related(
    connection: sqlite3.Connection, project_id: int, document_id: int, *, mentions: bool = True
) -> Related:
    """Everything that a document is related to; what it mentions only with MENTIONS."""
    values = {"id": document_id, "left_out": None if mentions else MENTION}
    links = [Link(**row) for row in rows(connection, _LINKS, values)]
    meanings = _meanings(connection, project_id, (link.target for link in links))
    above = _ancestors(connection, project_id, document_id, links, meanings)
    below, dependents = _children_and_dependents(connection, project_id, document_id)
    meant = {link: meanings.get(link.target, link.path) for link in links}
    ids = {document_id, *filter(None, meant.values()), *above, *below, *dependents}
    found = rows(connection, _NAMED, {"ids": json.dumps(list(ids))})
    named = {row["id"]: Named(**row) for row in found}
    relations = list(_relations(meant, named))
    return Related(
        document=named[document_id],
        parents=[named[ancestor] for ancestor in above],
        children=_in_order(named[child] for child in below),
        depends_on=_documents(found for found in relations if found.relation == DEPENDS_ON),
        dependents=_in_order(named[dependent] for dependent in dependents),
        relations=[found for found in relations if found.relation != MENTION],
        mentions=[found for found in relations if found.relation == MENTION],
    )


def _relations(meant: Mapping[Link, int | None], named: Mapping[int, Named]) -> Iterator[Relation]:
    """A relation for each document, and for each id that has none."""
    seen = set()
    for link, document_id in meant.items():
        key = link.relation, document_id or link.target
        if key not in seen and not (link.candidate and document_id is None):
            seen.add(key)
            yield Relation(link.relation, link.target, named[document_id] if document_id else None)


def _meanings(connection: sqlite3.Connection, project_id: int, refs: Iterable[str]) -> Meanings:
    """The documents of the project that REFS mean."""
    return Meanings(candidates(connection, project_id, refs))


def _family_references(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[Link]]:
    """What the documents name as their parents, in their order."""
    values = {"ids": json.dumps(list(ids)), "relations": json.dumps(FAMILY)}
    found: dict[int, list[Link]] = defaultdict(list)
    for document_id, *link in rows(connection, _LINKS_BY, values):
        found[document_id].append(Link(*link))
    return found


def _naming(
    connection: sqlite3.Connection, project_id: int, named: int, relations: Iterable[str]
) -> list[tuple[int, Link]]:
    """The documents of the project that name this one or a namesake by these relations, and how."""
    values = {"id": named, "relations": json.dumps(list(relations)), "project_id": project_id}
    return [(found, Link(*link)) for found, *link in rows(connection, _NAMING, values)]


def _ancestors(
    connection: sqlite3.Connection,
    project_id: int,
    document_id: int,
    links: list[Link],
    meanings: Meanings,
) -> list[int]:
    """Parents, their parents and so on, the nearest first; where it goes in circles it ends."""
    seen = {document_id: None}
    references = {document_id: links}
    while references:
        above = (parents(document, named, meanings) for document, named in references.items())
        nearest = [parent for found in above for parent in found if parent not in seen]
        seen |= dict.fromkeys(nearest)
        if references := _family_references(connection, nearest):
            meanings = _meanings(connection, project_id, _targets(references))
    return list(seen)[1:]


def _children_and_dependents(
    connection: sqlite3.Connection, project_id: int, own: int
) -> tuple[list[int], set[int]]:
    """The documents that have this one among their nearest parents, and those depending on it."""
    naming = _naming(connection, project_id, own, (*FAMILY, DEPENDS_ON))
    family = {document for document, link in naming if link.relation in FAMILY}
    references = _family_references(connection, family)
    targets = {*_targets(references), *(link.target for _, link in naming)}
    meanings = _meanings(connection, project_id, targets)
    children = [
        child for child, named in references.items() if own in parents(child, named, meanings)
    ]
    return children, _meant(naming, meanings, own, DEPENDS_ON)


def _meant(
    naming: Iterable[tuple[int, Link]], meanings: Meanings, own: int, relation: str
) -> set[int]:
    """The documents that name this one by this relation, and not a namesake."""
    return {
        document
        for document, link in naming
        if link.relation == relation and meanings.get(link.target, link.path) == own
    }


def _targets(references: Mapping[int, list[Link]]) -> Iterator[str]:
    return (link.target for named in references.values() for link in named)


def _in_order(documents: Iterable[Named]) -> list[Named]:
    return sorted(documents, key=lambda document: (document.type, document.doc_id, document.path))


def _documents(relations: Iterable[Relation]) -> list[Named]:
    """The targets of the relations, each document once."""
    return list(dict.fromkeys(found.document for found in relations if found.document))

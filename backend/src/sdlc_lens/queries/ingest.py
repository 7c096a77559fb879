"""Documents as a sync stores them."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, chain
from operator import attrgetter
from typing import Any

from sqlalchemy import Table, delete, func, select, type_coerce
from sqlalchemy.types import NullType

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.db.tables import (
    DOCUMENT_FIELDS,
    Json,
    document_links,
    document_refs,
    document_sources,
    documents,
)
from sdlc_lens.domain.documents.document import Document
from sdlc_lens.domain.documents.references import Link
from sdlc_lens.domain.search.folding import fold, indexed_text
from sdlc_lens.sources.snapshot import Blob

Row = dict[str, object]
Rows = Mapping[Table, Sequence[Any]]
"""The rows of some documents, in each table that holds some of them: those of references are
tuples, the others a Row."""

_ROWS_AT_ONCE = 500
_TABLES = (documents, document_sources, document_refs, document_links)
# The index is kept by triggers; they take titles as they stand.
_INDEX = """
UPDATE document_sources
SET indexed_name = :indexed_name, indexed_title = :indexed_title, indexed_text = :indexed_text
WHERE document_id = :document_id AND (indexed_name, indexed_title, indexed_text)
    IS NOT (:indexed_name, :indexed_title, :indexed_text)
"""
_REF = ("document_id", "ref", "own")
_LINK = ("document_id", "position", *Link._fields)
_fields_of = attrgetter(*DOCUMENT_FIELDS)
_JSON = {column.name: column.type for column in documents.c if isinstance(column.type, Json)}


@dataclass(frozen=True, slots=True)
class Stored:
    """The fields of a stored document that a sync compares."""

    id: int
    blob_id: str
    parsed_by: str


async def stored_documents(session: ReadSession, project_id: int) -> dict[str, Stored]:
    """Every stored document of a project, by path."""
    query = "SELECT path, id, blob_id, parsed_by FROM documents WHERE project_id = :id"
    found = await session.run(rows, query, {"id": project_id})
    return {row["path"]: Stored(row["id"], row["blob_id"], row["parsed_by"]) for row in found}


async def outdated_documents(session: ReadSession, project_id: int, current: str) -> dict[int, str]:
    """The paths, by id, of a project's documents whose `parsed_by` is not CURRENT."""
    query = "SELECT id, path FROM documents WHERE project_id = :id AND parsed_by != :current"
    found = await session.run(rows, query, {"id": project_id, "current": current})
    return {row["id"]: row["path"] for row in found}


def stored_blob(connection: sqlite3.Connection, document_id: int) -> Blob:
    """The source of a document; for functions of `ReadSession.run`."""
    query = """
    SELECT blob_id, source FROM documents JOIN document_sources ON document_id = id WHERE id = ?
    """
    return Blob(*connection.execute(query, (document_id,)).fetchone())


async def outdated_projects(session: ReadSession, current: str) -> list[str]:
    """The slugs of projects with documents whose `parsed_by` does not begin with CURRENT."""
    query = """
        SELECT slug FROM projects
        WHERE id IN (SELECT project_id FROM documents WHERE parsed_by NOT LIKE :current)
        ORDER BY id
    """
    return [row["slug"] for row in await session.run(rows, query, {"current": f"{current}%"})]


async def next_id(session: WriteSession) -> int:
    """The id after the highest one in use."""
    return (await session.scalar(select(func.max(documents.c.id))) or 0) + 1


def document_rows(parsed: Mapping[int, tuple[Document, Blob]], **shared: object) -> Rows:
    """The rows of documents and their sources, by id; SHARED are columns with one value for all."""
    rows: dict[Table, list[Any]] = {table: [] for table in _TABLES}
    for document_id, (document, blob) in parsed.items():
        row: Row = dict(zip(DOCUMENT_FIELDS, _fields_of(document), strict=True))
        row |= {name: kind.process_bind_param(row[name]) for name, kind in _JSON.items()}
        row |= {"id": document_id, "blob_id": blob.id} | shared
        rows[documents].append(row)
        rows[document_sources].append(source_row(row, blob.source))
        refs = dict.fromkeys(document.aliases, False)
        if document.ref:
            refs[document.ref] = True
        rows[document_refs] += ((document_id, ref, is_own) for ref, is_own in refs.items())
        rows[document_links] += (
            (document_id, position, *link) for position, link in enumerate(document.links)
        )
    return rows


def source_row(document: Row, source: bytes) -> Row:
    """The row of a document's source, with what the search index holds of the document."""
    return {
        "document_id": document["id"],
        "source": source,
        "indexed_name": fold(f"{document['doc_id']} {document['ref'] or ''}"),
        "indexed_title": fold(str(document["title"])),
        "indexed_text": indexed_text(source),
    }


async def add_documents(session: WriteSession, rows: Rows) -> None:
    """Store new documents."""
    await session.run(_add_documents, rows)


async def replace_fields(session: WriteSession, rows: Rows) -> int:
    """Store what another parser made of documents; how many differ from what was stored.

    Columns that differ are written and no others, to spare the search index the work.
    """
    before = await _stored_fields(session, [row["id"] for row in rows[documents]])
    changes: dict[frozenset[str], list[Row]] = defaultdict(list)
    for row in rows[documents]:
        stored = before[row["id"]]
        changes[frozenset(name for name in stored if stored[name] != row[name])].append(row)
    for names, changed in changes.items():
        await _update(session, changed, names | {"parsed_by"})
    await session.exec_driver_sql(_INDEX, list(rows[document_sources]))
    for table in (document_refs, document_links):
        await _delete(session, table, "document_id", before)
    await session.run(_add_references, rows)
    return sum(len(changed) for names, changed in changes.items() if names)


async def remove_documents(session: WriteSession, ids: Iterable[int]) -> None:
    """Delete documents with their sources, references and index entries."""
    await _delete(session, documents, "id", ids)


def remove_all_documents(connection: sqlite3.Connection, project_id: int) -> None:
    """Delete every document of a project; for functions of `WriteSession.run`.

    Removing a document from the search index costs twice as much as adding it. If fewer documents
    stay than go, the index is rebuilt from those that stay.
    """
    query = "SELECT id FROM documents WHERE project_id = ?"
    going = [number for (number,) in connection.execute(query, (project_id,))]
    (total,) = connection.execute("SELECT count(*) FROM documents").fetchone()
    rebuild = total - len(going) < len(going)
    if rebuild:
        query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'search_delete'"
        (trigger,) = connection.execute(query).fetchone()
        connection.execute("DROP TRIGGER search_delete")
    for ids in batched(going, _ROWS_AT_ONCE):  # SQLite remembers what one statement has changed
        marks = ", ".join("?" * len(ids))
        connection.execute(f"DELETE FROM documents WHERE id IN ({marks})", ids)
    if rebuild:
        connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
        connection.execute(trigger)


def _add_documents(connection: sqlite3.Connection, rows: Rows) -> None:
    for table in (documents, document_sources):
        values = [row.values() for row in rows[table]]
        _add(connection, table, next(iter(rows[table]), ()), values)
    _add_references(connection, rows)


def _add_references(connection: sqlite3.Connection, rows: Rows) -> None:
    _add(connection, document_refs, _REF, rows[document_refs])
    _add(connection, document_links, _LINK, rows[document_links])


def _add(
    connection: sqlite3.Connection,
    table: Table,
    names: Collection[str],
    rows: Iterable[Iterable[object]],
) -> None:
    """Insert ROWS, the values of these columns, with few statements.

    The search index is written out after each, and other threads have to stop for each.
    """
    marks = f"({', '.join('?' * len(names))})"
    for portion in batched(rows, _ROWS_AT_ONCE):
        connection.execute(
            f"INSERT INTO {table.name} ({', '.join(names)})"
            f" VALUES {', '.join([marks] * len(portion))}",
            list(chain.from_iterable(portion)),
        )


async def _stored_fields(
    session: WriteSession, ids: Sequence[object]
) -> dict[object, Mapping[str, object]]:
    """The fields of documents as the database holds them, by id."""
    columns = (type_coerce(documents.c[name], NullType()).label(name) for name in DOCUMENT_FIELDS)
    query = select(documents.c.id.label("of"), *columns).where(documents.c.id.in_(ids))
    rows = (await session.execute(query)).mappings()
    return {row["of"]: {name: row[name] for name in DOCUMENT_FIELDS} for row in rows}


async def _update(session: WriteSession, rows: Iterable[Row], names: Iterable[str]) -> None:
    values = ", ".join(f"{name} = :{name}" for name in sorted(names))
    await session.exec_driver_sql(f"UPDATE documents SET {values} WHERE id = :id", list(rows))


async def _delete(session: WriteSession, table: Table, key: str, ids: Iterable[object]) -> None:
    for portion in batched(ids, _ROWS_AT_ONCE):
        await session.execute(delete(table).where(table.c[key].in_(portion)))

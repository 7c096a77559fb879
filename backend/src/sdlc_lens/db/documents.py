"""Queries on documents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, or_, select, update

from sdlc_lens.db.models import documents
from sdlc_lens.db.session import ReadSession, WriteSession

SORTABLE = {
    "title": documents.c.title,
    "type": documents.c.type,
    "status": documents.c.status,
    "updated_at": documents.c.updated_at,
    "doc_id": documents.c.doc_id,
    "priority": documents.c.priority,
    "story_points": documents.c.story_points,
}
NO_STATUS = "none"

_ITEM = (
    documents.c.doc_id,
    documents.c.ref,
    documents.c.path,
    documents.c.type,
    documents.c.title,
    documents.c.status,
    documents.c.owner,
    documents.c.priority,
    documents.c.story_points,
    documents.c.epic,
    documents.c.story,
    documents.c.updated_at,
)
_ROWS_AT_ONCE = 100


@dataclass(frozen=True)
class Item:
    """A document as it stands in a list."""

    doc_id: str
    ref: str | None
    path: str
    type: str
    title: str
    status: str | None
    owner: str | None
    priority: str | None
    story_points: float | None
    epic: str | None
    story: str | None
    updated_at: str


@dataclass(frozen=True)
class Selection:
    """Which documents of a project are asked for, in which order; empty filters let all pass."""

    types: Sequence[str] = ()
    statuses: Sequence[str] = ()
    sort: str = "updated_at"
    descending: bool = True


@dataclass(frozen=True)
class Stored:
    """What a sync needs to know of a stored document."""

    id: int
    path: str
    blob_id: str
    parsed_by: str


async def count_documents(session: ReadSession, project_id: int, selection: Selection) -> int:
    """How many documents the selection holds."""
    query = select(func.count()).where(*_conditions(project_id, selection))
    return await session.scalar(query) or 0


async def list_documents(
    session: ReadSession, project_id: int, selection: Selection, offset: int, limit: int
) -> list[Item]:
    """A page of the selection; the path as last key makes pages meet without gap or overlap."""
    query = (
        select(*_ITEM)
        .where(*_conditions(project_id, selection))
        .order_by(*_order(selection))
        .offset(offset)
        .limit(limit)
    )
    rows = await session.execute(query)
    return [Item(**row) for row in rows.mappings()]


async def stored_documents(session: ReadSession, project_id: int) -> list[Stored]:
    """Every stored document of a project, without its source."""
    columns = (documents.c.id, documents.c.path, documents.c.blob_id, documents.c.parsed_by)
    query = select(*columns).where(documents.c.project_id == project_id)
    return [Stored(*row) for row in await session.execute(query)]


async def add_documents(session: WriteSession, rows: Sequence[Mapping[str, object]]) -> None:
    """Store new documents."""
    for batch in _batches(rows):
        await session.execute(insert(documents), [dict(row) for row in batch])


async def replace_document(
    session: WriteSession, document_id: int, row: Mapping[str, object]
) -> None:
    """Store a document's new form; `updated_at` moves only if more than `parsed_by` differs."""
    seen = [documents.c[name].is_not(value) for name, value in row.items() if name in _FORM]
    where = documents.c.id == document_id
    differs = await session.scalar(select(documents.c.id).where(where, or_(*seen)))
    values = row if differs else {"parsed_by": row["parsed_by"]}
    await session.execute(update(documents).where(where).values(values))


async def remove_documents(session: WriteSession, ids: Iterable[int]) -> None:
    """Forget documents."""
    rows = [{"gone": document_id} for document_id in ids]
    if rows:
        await session.execute(delete(documents).where(documents.c.id == bindparam("gone")), rows)


_FORM = frozenset(documents.c.keys()) - {"id", "project_id", "parsed_by", "updated_at", "source"}


def _conditions(project_id: int, selection: Selection) -> list[ColumnElement[bool]]:
    conditions = [documents.c.project_id == project_id]
    if selection.types:
        conditions.append(documents.c.type.in_(selection.types))
    if selection.statuses:
        named = documents.c.status.in_(selection.statuses)
        missing = documents.c.status.is_(None)
        conditions.append(or_(named, missing) if NO_STATUS in selection.statuses else named)
    return conditions


def _order(selection: Selection) -> list[ColumnElement[object]]:
    keys: list[ColumnElement[object]] = [SORTABLE[selection.sort], documents.c.path]
    return [key.desc() if selection.descending else key.asc() for key in keys]


def _batches(rows: Sequence[Mapping[str, object]]) -> Iterable[Sequence[Mapping[str, object]]]:
    """ROWS in portions, between which the event loop gets its turn."""
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        yield rows[start : start + _ROWS_AT_ONCE]

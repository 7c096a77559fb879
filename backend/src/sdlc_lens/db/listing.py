"""Documents as they stand in lists: filtered, sorted, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, and_, func, or_, select

from sdlc_lens.db.models import documents
from sdlc_lens.db.session import ReadSession

SORTABLE: dict[str, Column[object]] = {
    name: documents.c[name]
    for name in (
        "title",
        "type",
        "status",
        "updated_at",
        "doc_id",
        "priority",
        "story_points",
    )
}
NOTHING = "none"
"""As a filter's value: documents in which the field is empty."""


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
    """Which documents of a project are asked for, in which order; empty filters let all pass.

    Of one filter's values any will do; each of `texts` is words that all occur in title or id.
    """

    types: Sequence[str] = ()
    statuses: Sequence[str] = ()
    owners: Sequence[str] = ()
    epics: Sequence[str] = ()
    priorities: Sequence[str] = ()
    texts: Sequence[str] = ()
    sort: str = "updated_at"
    descending: bool = True


ITEM = tuple(documents.c[name] for name in Item.__dataclass_fields__)


async def count_documents(session: ReadSession, project_id: int, selection: Selection) -> int:
    """How many documents the selection holds."""
    query = select(func.count()).where(*_conditions(project_id, selection))
    return await session.scalar(query) or 0


async def list_documents(
    session: ReadSession, project_id: int, selection: Selection, offset: int, limit: int
) -> list[Item]:
    """A page of the selection; the path as last key makes pages meet without gap or overlap."""
    # Sorted by themselves first: whole rows are large, and all but a page of them not wanted.
    page = (
        select(documents.c.id)
        .where(*_conditions(project_id, selection))
        .order_by(*_order(selection))
        .offset(offset)
        .limit(limit)
    )
    query = select(*ITEM).where(documents.c.id.in_(page)).order_by(*_order(selection))
    return [Item(*row) for row in await session.execute(query)]


def _conditions(project_id: int, selection: Selection) -> list[ColumnElement[bool]]:
    filters = (
        (documents.c.type, selection.types),
        (documents.c.status, selection.statuses),
        (documents.c.owner, selection.owners),
        (documents.c.epic, selection.epics),
        (documents.c.priority, selection.priorities),
    )
    conditions = [documents.c.project_id == project_id]
    conditions += [_is_one_of(column, values) for column, values in filters if values]
    if selection.texts:
        conditions.append(or_(*map(_holds_words, selection.texts)))
    return conditions


def _is_one_of(column: Column[str], values: Sequence[str]) -> ColumnElement[bool]:
    named = column.in_(values)
    return or_(named, column.is_(None)) if NOTHING in values else named


def _holds_words(text: str) -> ColumnElement[bool]:
    shown = func.casefold(documents.c.doc_id + " " + documents.c.title)
    return and_(*(func.instr(shown, word) > 0 for word in text.casefold().split()))


def _order(selection: Selection) -> list[ColumnElement[object]]:
    keys = (SORTABLE[selection.sort], documents.c.path)
    return [key.desc() if selection.descending else key.asc() for key in keys]

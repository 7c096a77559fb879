"""Documents as they stand in lists: filtered, sorted, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from sdlc_lens.db.database import ReadSession
from sdlc_lens.db.tables import documents
from sdlc_lens.domain.documents.document import Summary
from sdlc_lens.domain.documents.ids import normal_form
from sdlc_lens.domain.search.folding import fold

_SORTED_AS_STORED = ("type", "status", "updated_at", "doc_id", "priority", "story_points")
SORTABLE: dict[str, ColumnElement[Any]] = {
    "title": documents.c.title.collate("NOCASE"),
    **{name: documents.c[name] for name in _SORTED_AS_STORED},
}
NOTHING = "none"
"""As a filter's value: documents in which the field is empty."""

FURTHEST = 2**40
"""An offset that is more than there can be documents, and less than the database can count."""

_FILTERS = {
    "types": documents.c.type,
    "statuses": documents.c.status,
    "owners": documents.c.owner,
    "epics": documents.c.epic,
    "priorities": documents.c.priority,
}


@dataclass(frozen=True, slots=True)
class DocumentItem(Summary):
    """A document in a list."""

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


_ITEM = tuple(documents.c[field.name] for field in fields(DocumentItem))


async def list_documents(
    session: ReadSession, project_id: int, selection: Selection, offset: int, limit: int
) -> tuple[int, list[DocumentItem]]:
    """How many documents the selection holds, and a page of them.

    The path as last key makes pages meet without gap or overlap.
    """
    query = _page(_shape(selection), selection.sort, selection.descending)
    values = _values(selection) | {"project_id": project_id, "offset": offset, "limit": limit}
    rows = (await session.execute(query, values)).mappings().all()
    names = [column.name for column in _ITEM]
    found = (row for row in rows if row["path"] is not None)
    return rows[0]["total"], [DocumentItem(**{name: row[name] for name in names}) for row in found]


@dataclass(frozen=True)
class _Shape:
    """What of a selection decides its statement: the filters given, those that also let nothing
    pass, the number of words in each text.
    """

    given: tuple[str, ...]
    or_nothing: tuple[str, ...]
    words: tuple[int, ...]


def _shape(selection: Selection) -> _Shape:
    given = _given(selection)
    or_nothing = (name for name, values in given.items() if NOTHING in values)
    return _Shape(tuple(given), tuple(or_nothing), tuple(map(len, _words(selection))))


def _values(selection: Selection) -> dict[str, object]:
    values: dict[str, object] = {**_given(selection)}
    for number, text in enumerate(_words(selection)):
        for place, word in enumerate(text):
            values[_name("word", number, place)] = fold(word)
            values[_name("ref", number, place)] = normal_form(word)
    return values


def _given(selection: Selection) -> dict[str, Sequence[str]]:
    return {name: values for name in _FILTERS if (values := getattr(selection, name))}


def _words(selection: Selection) -> list[list[str]]:
    return [text.split() for text in selection.texts]


# Kept by its shape: to build it takes as long as to execute it.
@lru_cache(maxsize=64)
def _page(shape: _Shape, sort: str, descending: bool) -> Select[Any]:
    conditions = _conditions(shape)
    keys = (SORTABLE[sort], documents.c.path)
    order = [key.desc() if descending else key.asc() for key in keys]
    counted = select(func.count().label("total")).select_from(documents).where(*conditions)
    # Sorted by themselves first: whole rows are large, and all but a page of them not wanted.
    page = select(documents.c.id).where(*conditions).order_by(*order)
    page = page.offset(bindparam("offset")).limit(bindparam("limit")).correlate(None)
    total = counted.subquery()
    # A page past the end still has a row, for the total.
    return (
        select(total.c.total, *_ITEM)
        .select_from(total.outerjoin(documents, documents.c.id.in_(page)))
        .order_by(*order)
    )


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    conditions = [documents.c.project_id == bindparam("project_id")]
    conditions += [_is_one_of(name, shape) for name in shape.given]
    if shape.words:
        conditions.append(or_(*(_holds(*text) for text in enumerate(shape.words))))
    return conditions


def _is_one_of(name: str, shape: _Shape) -> ColumnElement[bool]:
    column = _FILTERS[name]
    named = column.in_(bindparam(name, expanding=True))
    return or_(named, column.is_(None)) if name in shape.or_nothing else named


def _holds(number: int, words: int) -> ColumnElement[bool]:
    shown = func.fold(documents.c.doc_id + " " + documents.c.title)
    return and_(
        *(
            or_(
                func.instr(shown, bindparam(_name("word", number, place))) > 0,
                documents.c.ref == bindparam(_name("ref", number, place)),
            )
            for place in range(words)
        )
    )


def _name(kind: str, number: int, place: int) -> str:
    return f"{kind}_{number}_{place}"

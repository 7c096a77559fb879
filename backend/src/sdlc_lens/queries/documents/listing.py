"""Documents as they stand in lists: filtered, sorted, a page at a time."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sdlc_lens.db.database import ReadSession, rows
from sdlc_lens.domain.documents.document import Summary
from sdlc_lens.domain.documents.ids import normal_form
from sdlc_lens.domain.search.folding import fold

_SORTED_AS_STORED = ("type", "status", "updated_at", "doc_id", "priority", "story_points")
SORTABLE = {"title": "title COLLATE NOCASE", **{name: name for name in _SORTED_AS_STORED}}
NOTHING = "none"
"""As a filter's value: documents in which the field is empty."""

FURTHEST = 2**40
"""An offset that is more than there can be documents, and less than the database can count."""

_FILTERS = {
    "types": "type",
    "statuses": "status",
    "owners": "owner",
    "epics": "epic",
    "priorities": "priority",
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


_ITEM = [field.name for field in fields(DocumentItem)]
# Sorted by themselves first: whole rows are large, and only a page of them is wanted. The path as
# last key makes pages meet without gap or overlap. A page past the end has a row, for the total.
_PAGE = """
SELECT total, {columns}
FROM (SELECT count(*) AS total FROM documents WHERE {conditions})
LEFT JOIN documents ON id IN (
    SELECT id FROM documents WHERE {conditions}
    ORDER BY {key} {order}, path {order} LIMIT :limit OFFSET :offset
)
ORDER BY {key} {order}, path {order}
"""


async def list_documents(
    session: ReadSession, project_id: int, selection: Selection, offset: int, limit: int
) -> tuple[int, list[DocumentItem]]:
    """How many documents the selection holds, and a page of them."""
    conditions, values = _conditions(selection)
    statement = _PAGE.format(
        columns=", ".join(_ITEM),
        conditions=" AND ".join(conditions),
        key=SORTABLE[selection.sort],
        order="DESC" if selection.descending else "ASC",
    )
    values |= {"project_id": project_id, "offset": offset, "limit": limit}
    return await session.run(_list_documents, statement, values)


def _list_documents(
    connection: sqlite3.Connection, statement: str, values: dict[str, object]
) -> tuple[int, list[DocumentItem]]:
    found = rows(connection, statement, values)
    items = [
        DocumentItem(**{name: row[name] for name in _ITEM})
        for row in found
        if row["path"] is not None
    ]
    return found[0]["total"], items


def _conditions(selection: Selection) -> tuple[list[str], dict[str, object]]:
    """What a document has to fulfil, and the values in that."""
    conditions = ["project_id = :project_id"]
    values: dict[str, object] = {}
    for name, column in _FILTERS.items():
        if wanted := getattr(selection, name):
            values[name] = json.dumps(wanted)
            is_wanted = f"{column} IN (SELECT value FROM json_each(:{name}))"
            or_nothing = f" OR {column} IS NULL" if NOTHING in wanted else ""
            conditions.append(f"({is_wanted}{or_nothing})")
    texts = []
    for number, text in enumerate(selection.texts):
        words = []
        for place, word in enumerate(text.split()):
            key = f"{number}_{place}"
            values |= {f"word_{key}": fold(word), f"ref_{key}": normal_form(word)}
            in_title = f"instr(fold(doc_id || ' ' || title), :word_{key}) > 0"
            words.append(f"({in_title} OR ref = :ref_{key})")
        texts.append(" AND ".join(words))
    if texts:
        conditions.append(f"({' OR '.join(texts)})")
    return conditions, values

"""Documents as a sync stores them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched

from sqlalchemy import RowMapping, Table, bindparam, delete, func, select, update

from sdlc_lens.db.database import ReadSession, WriteSession
from sdlc_lens.db.tables import document_links, document_refs, documents, projects

Rows = Sequence[Mapping[str, object]]

ROWS_AT_ONCE = 500
"""How many rows are stored before the event loop gets its turn."""

_ALL = frozenset(documents.c.keys()) - {"id", "project_id"}
_READ_ANEW = frozenset({"parsed_by"})
_FORM = (_ALL | {"id"}) - _READ_ANEW - {"source", "updated_at"}
_INDEXED = frozenset({"doc_id", "ref", "title", "source"})


@dataclass(frozen=True)
class Stored:
    """What a sync needs to know of a stored document."""

    id: int
    path: str
    blob_id: str
    parsed_by: str


async def stored_documents(session: ReadSession, project_id: int) -> list[Stored]:
    """Every stored document of a project, without its source."""
    columns = (documents.c.id, documents.c.path, documents.c.blob_id, documents.c.parsed_by)
    query = select(*columns).where(documents.c.project_id == project_id)
    return [Stored(*row) for row in await session.execute(query)]


async def outdated_projects(session: ReadSession, current: str) -> list[str]:
    """The slugs of projects with documents whose `parsed_by` does not begin with CURRENT."""
    others = select(documents.c.project_id).where(documents.c.parsed_by.not_like(f"{current}%"))
    query = select(projects.c.slug).where(projects.c.id.in_(others)).order_by(projects.c.id)
    return list(await session.scalars(query))


async def stored_sources(session: ReadSession, ids: Iterable[int]) -> dict[int, bytes]:
    """The bytes of these documents."""
    query = select(documents.c.id, documents.c.source).where(documents.c.id.in_(list(ids)))
    return {row.id: row.source for row in await session.execute(query)}


async def next_id(session: WriteSession) -> int:
    """The least id that no document and none after it has."""
    return (await session.scalar(select(func.max(documents.c.id))) or 0) + 1


async def add_documents(session: WriteSession, rows: Rows) -> None:
    """Store new documents, many with one statement: the search index is written out with each."""
    for portion in batched(rows, ROWS_AT_ONCE):
        values = tuple(value for row in portion for value in row.values())
        await session.exec_driver_sql(_insertion(documents, portion), values)


async def replace_documents(session: WriteSession, rows: Rows) -> int:
    """Store the new forms of documents, by their ids; how many differ from what was stored.

    `updated_at` moves only with the form: one that was merely read anew keeps it.
    """
    before = await _forms(session, [row["id"] for row in rows])
    changes: dict[frozenset[str], list[Mapping[str, object]]] = {}
    for row in rows:
        changes.setdefault(_to_write(before[row["id"]], row), []).append(row)
    for names, portion in changes.items():
        await _update(session, portion, names)
    return sum(len(portion) for names, portion in changes.items() if names != _READ_ANEW)


async def remove_documents(session: WriteSession, ids: Iterable[int]) -> None:
    """Forget documents, with what they point at and their index entries."""
    await _delete(session, documents, "id", ids)


async def add_references(session: WriteSession, refs: Rows, links: Rows) -> None:
    """Store which ids documents answer to, and which they point at."""
    for table, rows in ((document_refs, refs), (document_links, links)):
        for portion in batched(rows, ROWS_AT_ONCE):
            values = [tuple(row.values()) for row in portion]
            await session.exec_driver_sql(_insertion(table, portion[:1]), values)


async def remove_references(session: WriteSession, ids: Sequence[int]) -> None:
    """Forget what documents answer to and point at."""
    for table in (document_refs, document_links):
        await _delete(session, table, "document_id", ids)


async def _forms(session: ReadSession, ids: Sequence[object]) -> dict[object, RowMapping]:
    query = select(*(documents.c[name] for name in _FORM)).where(documents.c.id.in_(ids))
    return {row["id"]: row for row in (await session.execute(query)).mappings()}


def _to_write(before: RowMapping, row: Mapping[str, object]) -> frozenset[str]:
    """The columns to write; those in the index only if they differ, to spare it the work."""
    changed = {name for name in _FORM if before[name] != row[name]}
    if not changed:
        return _READ_ANEW
    moves_index = "blob_id" in changed or changed & _INDEXED
    return _ALL if moves_index else _ALL - _INDEXED


# Past the library's own treatment of values, which takes as long as storing them.
def _insertion(table: Table, rows: Rows) -> str:
    """The statement that stores ROWS, all of the same columns in the same order."""
    marks = f"({', '.join('?' * len(rows[0]))})"
    return (
        f"INSERT INTO {table.name} ({', '.join(rows[0])}) VALUES {', '.join([marks] * len(rows))}"
    )


async def _update(session: WriteSession, rows: Rows, names: Iterable[str]) -> None:
    values: dict[str, object] = {name: bindparam(f"new_{name}") for name in sorted(names)}
    statement = update(documents).where(documents.c.id == bindparam("of")).values(values)
    await session.execute(
        statement,
        [{"of": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows],
    )


async def _delete(session: WriteSession, table: Table, key: str, ids: Iterable[int]) -> None:
    for portion in batched(ids, ROWS_AT_ONCE):
        await session.execute(delete(table).where(table.c[key].in_(portion)))

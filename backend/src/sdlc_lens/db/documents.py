"""Documents as a sync stores them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, insert, or_, select, update

from sdlc_lens.db.models import documents
from sdlc_lens.db.session import ReadSession, WriteSession

_ROWS_AT_ONCE = 100


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


def _batches(rows: Sequence[Mapping[str, object]]) -> Iterable[Sequence[Mapping[str, object]]]:
    """ROWS in portions, between which the event loop gets its turn."""
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        yield rows[start : start + _ROWS_AT_ONCE]

"""Documents with a search index, and what a search finds in them."""

from collections.abc import Mapping

from sqlalchemy import insert, select

from sdlc_lens.db.database import Database
from sdlc_lens.db.tables import document_refs, documents
from sdlc_lens.domain.search.query import read_query
from sdlc_lens.queries.search import Filters, SearchItem, search_documents
from support.documents import row, stored

EVERYWHERE = Filters()


async def found(
    database: Database, text: str, filters: Filters = EVERYWHERE, offset: int = 0, limit: int = 50
) -> tuple[int, list[SearchItem]]:
    async with database.read() as session:
        return await session.run(search_documents, read_query(text), filters, offset, limit)


async def names(database: Database, text: str, filters: Filters = EVERYWHERE) -> list[str]:
    total, hits = await found(database, text, filters)
    assert total == len(hits)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    return [hit.doc_id for hit in hits]


async def filled(database: Database, texts: Mapping[str, str | bytes], slug: str = "bay") -> None:
    """A project with these texts, each with its first line as title."""
    rows = []
    for name, text in texts.items():
        source = text.encode() if isinstance(text, str) else text
        title = source.split(b"\n")[0].decode(errors="replace").removeprefix("# ")
        rows.append(row(0, f"{name}.md", title=title, source=source))
    await stored(database, *rows, slug=slug)


async def answer_to(database: Database, ref: str, doc_id: str, own: bool = True) -> None:
    async with database.write() as session:
        key = await session.scalar(select(documents.c.id).where(documents.c.doc_id == doc_id))
        values = {"document_id": key, "ref": ref, "own": own}
        await session.execute(insert(document_refs).values(values))

"""Stores what a plan says, in the session's one transaction."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import batched

from sdlc_lens.db.database import WriteSession
from sdlc_lens.queries.ingest import (
    add_documents,
    add_references,
    next_id,
    remove_documents,
    remove_references,
    replace_documents,
    stored_sources,
)
from sdlc_lens.sources.snapshot import Entry
from sdlc_lens.sync.plan import Plan
from sdlc_lens.sync.reading import Numbered, Reader, Rows

DOCUMENTS_AT_ONCE = 50


@dataclass
class Applied:
    """What was stored: documents that are new, stored ones with another form now; `failures` tells
    by path which could not be read, and why.
    """

    added: int = 0
    changed: int = 0
    failures: dict[str, str] = field(default_factory=dict)


async def apply(session: WriteSession, plan: Plan, reader: Reader) -> Applied:
    """Store PLAN's documents as READER reads them."""
    done = Applied()
    new = enumerate(plan.added, await next_id(session))
    async with aclosing(_read(new, reader, done)) as portions:
        async for rows in portions:
            await add_documents(session, rows.documents)
            await add_references(session, rows.refs, rows.links)
            done.added += len(rows.documents)
    async with aclosing(_read(plan.changed, reader, done)) as portions:
        async for rows in portions:
            done.changed += await _replace(session, rows)
    for portion in batched(plan.outdated, DOCUMENTS_AT_ONCE):
        sources = await stored_sources(session, [document.id for document in portion])
        entries = [(one.id, Entry(one.path, partial(sources.get, one.id))) for one in portion]
        done.changed += await _replace(session, await asyncio.to_thread(reader.read, entries))
    await remove_documents(session, plan.removed)
    return done


async def _replace(session: WriteSession, rows: Rows) -> int:
    await remove_references(session, [int(str(row["id"])) for row in rows.documents])
    await add_references(session, rows.refs, rows.links)
    return await replace_documents(session, rows.documents)


async def _read(
    documents: Iterable[Numbered], reader: Reader, done: Applied
) -> AsyncGenerator[Rows]:
    """Portions of documents; while one is being stored, a thread reads the next."""
    portions = batched(documents, DOCUMENTS_AT_ONCE)
    ahead = _begin(next(portions, None), reader)
    try:
        while ahead:
            rows = await ahead
            done.failures |= rows.failures
            ahead = _begin(next(portions, None), reader)
            yield rows
    finally:
        if ahead:
            ahead.cancel()


def _begin(portion: Sequence[Numbered] | None, reader: Reader) -> asyncio.Future[Rows] | None:
    if portion is None:
        return None
    return asyncio.ensure_future(asyncio.to_thread(reader.read, portion))

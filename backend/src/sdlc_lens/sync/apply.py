"""Stores what a plan says, in the session's one transaction."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import batched, count

from sdlc_lens.db.documents import (
    add_documents,
    add_references,
    next_id,
    remove_documents,
    remove_references,
    replace_documents,
    stored_sources,
)
from sdlc_lens.db.session import WriteSession
from sdlc_lens.sources.snapshot import Entry
from sdlc_lens.sync.plan import Plan
from sdlc_lens.sync.reading import Reader, Rows, Unread

DOCUMENTS_AT_ONCE = 50


async def apply(session: WriteSession, plan: Plan, reader: Reader) -> int:
    """Store PLAN's documents as READER reads them; how many stored ones have another form now."""
    ids = count(await next_id(session))
    added = (_unread(next(ids), entry) for entry in plan.added)
    async for rows in _read(added, reader):
        await add_documents(session, rows.documents)
        await add_references(session, rows.refs, rows.links)
    changed = (_unread(number, entry) for number, entry in plan.changed)
    differing = 0
    async for rows in _read(changed, reader):
        differing += await _replace(session, rows)
    for portion in batched(plan.outdated, DOCUMENTS_AT_ONCE):
        sources = await stored_sources(session, [document.id for document in portion])
        unread = [
            Unread(stored.id, stored.path, sources[stored.id], stored.blob_id) for stored in portion
        ]
        differing += await _replace(session, await asyncio.to_thread(reader.read, unread))
    await remove_documents(session, plan.removed)
    return differing


def _unread(document_id: int, entry: Entry) -> Unread:
    return Unread(document_id, entry.path, entry.source, entry.blob_id)


async def _replace(session: WriteSession, rows: Rows) -> int:
    await remove_references(session, [int(str(row["id"])) for row in rows.documents])
    await add_references(session, rows.refs, rows.links)
    return await replace_documents(session, rows.documents)


async def _read(documents: Iterable[Unread], reader: Reader) -> AsyncIterator[Rows]:
    """Portions of documents; while one is being stored, a thread reads the next."""
    portions = batched(documents, DOCUMENTS_AT_ONCE)
    ahead = _begin(next(portions, None), reader)
    while ahead:
        rows = await ahead
        ahead = _begin(next(portions, None), reader)
        yield rows


def _begin(portion: Sequence[Unread] | None, reader: Reader) -> asyncio.Future[Rows] | None:
    if portion is None:
        return None
    return asyncio.ensure_future(asyncio.to_thread(reader.read, portion))

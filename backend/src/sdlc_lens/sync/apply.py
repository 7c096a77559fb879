"""Stores what a plan says, in the session's one transaction."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from itertools import batched, count

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.tables import documents
from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.parse import parse, parsed_by
from sdlc_lens.errors import Unreadable
from sdlc_lens.queries.ingest import (
    Rows,
    Stored,
    add_documents,
    document_rows,
    next_id,
    remove_documents,
    replace_fields,
    stored_sources,
)
from sdlc_lens.sources.snapshot import Snapshot
from sdlc_lens.sync.plan import Plan
from sdlc_lens.sync.threads import in_own_thread, in_time

DOCUMENTS_AT_ONCE = 200  # the search index is written out after each portion


async def apply(
    session: WriteSession,
    project_id: int,
    plan: Plan,
    stored: Mapping[str, Stored],
    snapshot: Snapshot,
    configuration: Configuration,
) -> tuple[int, int, dict[str, str]]:
    """Store PLAN. How many documents were added and changed, and which could not be read, and why.

    A document that has vanished since the snapshot is left to the next sync.
    """
    shared = {
        "project_id": project_id,
        "parsed_by": parsed_by(configuration),
        "updated_at": stamp(now()),
    }
    ids = count(await next_id(session))
    failures: dict[str, str] = {}

    def read(paths: Iterable[str]) -> Rows:
        parsed = {}
        for path in paths:
            try:
                source = snapshot.read(path)
            except Unreadable as error:
                failures[path] = str(error)
                continue
            if source is not None:
                parsed[next(ids)] = parse(path, source, configuration), source
        return document_rows(parsed, **shared)

    added = changed = 0
    async with aclosing(_ahead(read, [*plan.add, *plan.change])) as portions:
        async for rows in portions:
            paths = [str(row["path"]) for row in rows[documents]]
            former = [stored[path].id for path in paths if path in stored]
            await remove_documents(session, former)
            await add_documents(session, rows)
            added += len(paths) - len(former)
            changed += len(former)
    again = {stored[path].id: path for path in plan.parse_again}
    changed += await parse_again(session, again, configuration)
    await remove_documents(session, [stored[path].id for path in plan.remove])
    return added, changed, failures


async def parse_again(
    session: WriteSession, paths: Mapping[int, str], configuration: Configuration
) -> int:
    """Parse stored documents, paths by id, from their stored sources; how many differ now."""
    mark = parsed_by(configuration)

    def read(sources: Mapping[int, bytes]) -> Rows:
        parsed = {
            of: (parse(paths[of], source, configuration), source) for of, source in sources.items()
        }
        return document_rows(parsed, parsed_by=mark)

    changed = 0
    for ids in batched(paths, DOCUMENTS_AT_ONCE):
        rows = await asyncio.to_thread(read, await stored_sources(session, ids))
        changed += await replace_fields(session, rows)
    return changed


async def _ahead(
    read: Callable[[Iterable[str]], Rows], paths: Iterable[str]
) -> AsyncGenerator[Rows]:
    """The rows of the documents at PATHS; while a portion is stored, a thread reads the next."""
    portions = batched(paths, DOCUMENTS_AT_ONCE)

    def begin() -> asyncio.Future[Rows] | None:
        if portion := next(portions, None):
            return in_own_thread(read, portion)
        return None

    ahead = begin()
    try:
        while ahead:
            rows = await in_time(ahead)
            ahead = begin()
            yield rows
    finally:
        if ahead:
            ahead.cancel()

"""Applies a plan in the session's transaction."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import count
from sqlite3 import Connection

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
    stored_blob,
)
from sdlc_lens.sources.progress import Progress
from sdlc_lens.sources.snapshot import Blob, Snapshot
from sdlc_lens.sync import threads
from sdlc_lens.sync.plan import Plan
from sdlc_lens.sync.threads import in_own_thread, in_time

DOCUMENTS_AT_ONCE = 200  # the search index is written out after each portion
BYTES_AT_ONCE = 4 * 2**20  # or one document more


async def apply(
    session: WriteSession,
    project_id: int,
    plan: Plan,
    stored: Mapping[str, Stored],
    snapshot: Snapshot,
    configuration: Configuration,
    progress: Progress,
) -> tuple[int, int, dict[str, str]]:
    """Apply PLAN; how many documents were added and changed, and why others are unreadable.

    PROGRESS counts the documents that are stored. One that was removed after the snapshot is left
    to the next sync.
    """
    shared = {
        "project_id": project_id,
        "parsed_by": parsed_by(configuration),
        "updated_at": stamp(now()),
    }
    ids = count(await next_id(session))
    failures: dict[str, str] = {}

    def read(path: str) -> Blob | None:
        try:
            return snapshot.read(path)
        except Unreadable as error:
            failures[path] = str(error)
            return None

    def rows_of(blobs: Mapping[str, Blob]) -> Rows:
        parsed = {
            next(ids): (parse(path, blob.source, configuration), blob)
            for path, blob in blobs.items()
        }
        return document_rows(parsed, **shared)

    async def parsed_portion() -> tuple[Iterable[str], Rows] | None:
        if not waiting:
            return None
        reading = in_own_thread(_portion, waiting, read)
        blobs = await in_time(reading, threads.MOST_SECONDS_IN_TURN)
        return blobs.keys(), await asyncio.to_thread(rows_of, blobs)

    added = changed = 0
    waiting = deque([*plan.add, *plan.change])
    progress.documents = len(waiting)
    portion = await parsed_portion()
    while portion:
        parsing = asyncio.create_task(parsed_portion())
        paths, rows = portion
        former = [stored[path].id for path in paths if path in stored]
        try:  # to store a portion while the next one is parsed
            await remove_documents(session, former)
            await add_documents(session, rows)
            portion = await parsing
        finally:
            parsing.cancel()
        added += len(rows[documents]) - len(former)
        changed += len(former)
        progress.stored += len(rows[documents])
    again = {stored[path].id: path for path in plan.parse_again}
    changed += await parse_again(session, again, configuration)
    await remove_documents(session, [stored[path].id for path in plan.remove])
    return added, changed, failures


async def parse_again(
    session: WriteSession, paths: Mapping[int, str], configuration: Configuration
) -> int:
    """Parse stored documents, paths by id, from their stored sources; how many differ now."""
    mark = parsed_by(configuration)
    waiting = deque(paths)

    def read(connection: Connection) -> Rows:
        blobs = _portion(waiting, partial(stored_blob, connection))
        parsed = {
            document_id: (parse(paths[document_id], blob.source, configuration), blob)
            for document_id, blob in blobs.items()
        }
        return document_rows(parsed, parsed_by=mark)

    changed = 0
    while waiting:
        changed += await replace_fields(session, await session.run(read))
    return changed


def _portion[Key](waiting: deque[Key], read: Callable[[Key], Blob | None]) -> dict[Key, Blob]:
    """The blobs of the first that are WAITING, which are taken from it: so many, or so many
    bytes, as are stored at once.
    """
    blobs: dict[Key, Blob] = {}
    size = 0
    while waiting and len(blobs) < DOCUMENTS_AT_ONCE and size < BYTES_AT_ONCE:
        key = waiting.popleft()
        blob = read(key)
        if blob:
            blobs[key] = blob
            size += len(blob.source)
    return blobs

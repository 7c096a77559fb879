"""Runs syncs beside the requests, one at a time for each project."""

import asyncio
import logging
from itertools import islice
from pathlib import Path
from uuid import uuid4

from sdlc_lens.db.documents import (
    add_documents,
    remove_documents,
    replace_document,
    stored_documents,
)
from sdlc_lens.db.projects import (
    LEASE_SECONDS,
    Project,
    extend_lease,
    get_project,
    give_back,
    take_lease,
)
from sdlc_lens.db.session import Database, WriteSession
from sdlc_lens.errors import LensError, SyncInProgress
from sdlc_lens.sources.folder import read_folder
from sdlc_lens.sources.snapshot import Snapshot
from sdlc_lens.sync.reading import Changes, find_changes

RETRY_SECONDS = 2
MOST_COMPLAINTS = 5

logger = logging.getLogger(__name__)


class Runner:
    """The syncs under way in this process."""

    def __init__(self, database: Database, base: Path) -> None:
        self._database = database
        self._base = base
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, slug: str) -> Project:
        """Begin to sync the project called SLUG; SyncInProgress when that is under way."""
        lease = uuid4().hex
        async with self._database.write() as session:
            project = await get_project(session, slug)
            if not await take_lease(session, project.id, lease):
                raise SyncInProgress(f"project {slug!r} is being synced already", RETRY_SECONDS)
        task = asyncio.create_task(self._run(project, lease))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return project

    async def close(self) -> None:
        """Stop every sync: each gives its lease back and leaves what was stored before."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait(self) -> None:
        """Wait until every sync that has begun is over."""
        await asyncio.gather(*self._tasks)

    async def _run(self, project: Project, lease: str) -> None:
        keeper = asyncio.create_task(self._keep(lease))
        try:
            await self._sync(project, lease)
        except LensError as error:
            logger.warning("sync of %s failed: %s", project.slug, error)
            await self._give_back(lease, {"sync_status": "error", "sync_error": str(error)})
        except asyncio.CancelledError:
            await self._give_back(lease, {})
            raise
        except Exception:
            logger.exception("sync of %s failed", project.slug)
            text = "an unexpected error, see the service's log"
            await self._give_back(lease, {"sync_status": "error", "sync_error": text})
        finally:
            keeper.cancel()

    async def _sync(self, project: Project, lease: str) -> None:
        path = project.sdlc_path or ""
        snapshot = await asyncio.to_thread(read_folder, path, self._base)
        async with self._database.read() as session:
            stored = await stored_documents(session, project.id)
        changes = await asyncio.to_thread(find_changes, stored, snapshot, project.id)
        async with self._database.write() as session:
            if await give_back(session, lease, changes.project):
                await apply(session, changes)
                _tell(project.slug, snapshot, changes)

    async def _give_back(self, lease: str, outcome: dict[str, object]) -> None:
        async with self._database.write() as session:
            await give_back(session, lease, outcome)

    async def _keep(self, lease: str) -> None:
        """Extend the lease for as long as this process lives and works on it."""
        held = True
        while held:
            await asyncio.sleep(LEASE_SECONDS / 3)
            async with self._database.write() as session:
                held = await extend_lease(session, lease)


async def apply(session: WriteSession, changes: Changes) -> None:
    """Store CHANGES, all in the session's one transaction."""
    await add_documents(session, changes.added)
    for document_id, row in changes.changed:
        await replace_document(session, document_id, row)
    await remove_documents(session, changes.removed)


def _tell(slug: str, snapshot: Snapshot, changes: Changes) -> None:
    counts = (len(changes.added), len(changes.changed), len(changes.removed))
    logger.info("synced %s: %d added, %d changed, %d removed", slug, *counts)
    for path, reason in islice(snapshot.unreadable.items(), MOST_COMPLAINTS):
        logger.warning("%s: %r was left as it is: %s", slug, path, reason)

"""Runs syncs in the background, one at a time for each project."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4
from weakref import WeakValueDictionary

from sqlalchemy.exc import SQLAlchemyError

from sdlc_lens import memory
from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import Database
from sdlc_lens.db.locks import LeaseLocks
from sdlc_lens.errors import Busy, HeldBack, SyncInProgress, TokenUnreadable
from sdlc_lens.queries.leases import (
    LEASE_SECONDS,
    extend_lease,
    get_leases,
    give_back,
    is_leased,
    take_lease,
)
from sdlc_lens.queries.projects import Project, change_project, get_project
from sdlc_lens.queries.syncs import MOST_NAMED, Sync, add_sync
from sdlc_lens.queries.syncs import HeldBack as DeletionHeldBack
from sdlc_lens.sealing import NO_KEYS, Keys
from sdlc_lens.sources.git.exchange import Tip
from sdlc_lens.sources.git.repository import NOWHERE, Policy
from sdlc_lens.sources.progress import Progress
from sdlc_lens.sync.remotes import Remotes
from sdlc_lens.sync.reporting import failure_code, failure_reason, log_report
from sdlc_lens.sync.sync import PATIENCE_SECONDS, finish, run

MANUAL = "manual"
RETRY_SECONDS = 2
STOP_SECONDS = 2

logger = logging.getLogger(__name__)


class Runner:
    """The syncs under way in this process."""

    def __init__(
        self,
        database: Database,
        base: Path,
        policy: Policy = NOWHERE,
        remotes: Remotes | None = None,
        keys: Keys = NO_KEYS,
        mark_history: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._database = database
        self._base = base
        self._policy = policy
        self._remotes = remotes or Remotes(0)
        self._keys = keys
        self._mark_history = mark_history
        self._progress: WeakValueDictionary[str, Progress] = WeakValueDictionary()
        self._tasks: set[asyncio.Task[Sync]] = set()
        self._locks = LeaseLocks(database.path)

    async def start(self, slug: str, trigger: str = MANUAL, *, confirmed: bool = False) -> Project:
        """Start a sync of the project called SLUG; if CONFIRMED, it may remove most documents.

        Raises: NotFound, SyncInProgress.
        """
        project, _ = await self._begin(slug, trigger, confirmed)
        return project

    async def sync(
        self,
        slug: str,
        trigger: str = MANUAL,
        *,
        confirmed: bool = False,
        tip: Tip | None = None,
    ) -> Sync:
        """The same to the end; the report on it. TIP is where its branch was just found at.

        Raises also what the database raised, when that is why the sync failed.
        """
        _, task = await self._begin(slug, trigger, confirmed, tip)
        return await asyncio.shield(task)

    def progress(self, slug: str) -> Progress | None:
        """How far this process's sync of the project called SLUG is; None without one."""
        return self._progress.get(slug)

    async def report_failure(
        self, slug: str, trigger: str, message: str, code: str | None = None
    ) -> None:
        """Store a report on a sync of the project called SLUG that could not begin."""
        moment = stamp(now())
        async with self._database.write() as session:
            project = await get_project(session, slug)
            report = Sync(
                trigger,
                moment,
                moment,
                "error",
                message=message,
                revision=project.revision,
                code=code,
            )
            values = {"sync_status": "error", "sync_error": message}
            await change_project(session, slug, values)
            await add_sync(session, project.id, report)
        log_report(slug, report)

    async def end_abandoned(self) -> None:
        """End the leases of processes that are gone, such as one that was killed."""
        async with self._database.write() as session:
            for lease in await get_leases(session):
                if self._locks.is_held(lease) is False:
                    await give_back(session, lease, {})

    async def close(self) -> None:
        """Cancel every sync: each releases its lease and leaves the stored documents unchanged."""
        for task in self._tasks:
            task.cancel()
        await self.wait()
        self._locks.close()

    async def wait(self) -> None:
        """Wait until every sync has ended."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _begin(
        self, slug: str, trigger: str, confirmed: bool, tip: Tip | None = None
    ) -> tuple[Project, asyncio.Task[Sync]]:
        lease = uuid4().hex
        # Asked without waiting for a turn to write: the sync under way may have it for long.
        async with self._database.read() as session:
            if await is_leased(session, slug, self._locks.is_held):
                raise _in_progress(slug)
        self._locks.hold(lease)
        try:
            async with self._database.write() as session:
                project = await get_project(session, slug)
                if not await take_lease(session, slug, lease, self._locks.is_held):
                    raise _in_progress(slug)
        except BaseException:
            self._locks.release(lease)
            raise
        task = asyncio.create_task(self._run(project, lease, trigger, confirmed, tip))
        self._tasks.add(task)
        task.add_done_callback(partial(self._forget, lease))
        return project, task

    def _forget(self, lease: str, task: asyncio.Task[Sync]) -> None:
        self._locks.release(lease)
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # it has been logged, whether anybody waits for the task or not

    async def _run(
        self, project: Project, lease: str, trigger: str, confirmed: bool, tip: Tip | None
    ) -> Sync:
        keeper = asyncio.create_task(self._keep(lease))
        progress = self._progress[project.slug] = Progress()
        report = Sync(trigger, stamp(now()), "", "error", revision=project.revision)
        try:
            report = await run(
                self._database,
                self._base,
                project,
                lease,
                trigger,
                confirmed=confirmed,
                policy=self._policy,
                keys=self._keys,
                tip=tip,
                progress=progress,
            )
        except asyncio.CancelledError:
            report = replace(report, outcome="cancelled", message="the service was stopped")
            await self._store_failure(project, lease, report, STOP_SECONDS)
            raise
        except Exception as error:
            report = replace(
                report, message=failure_reason(project.slug, error), code=failure_code(error)
            )
            if project.place and report.code and not isinstance(error, TokenUnreadable):
                self._remotes.failed(project.place, getattr(error, "retry_after", 0))
            if isinstance(error, HeldBack):
                waiting = DeletionHeldBack(len(error.paths), tuple(error.paths[:MOST_NAMED]))
                report = replace(report, outcome="held_back", held_back=waiting)
            report = await self._store_failure(project, lease, report, PATIENCE_SECONDS)
            if isinstance(error, SQLAlchemyError):
                raise
        else:
            if project.place:
                self._remotes.answered(project.place)
                self._mark_history(project.slug)
        finally:
            keeper.cancel()
        log_report(project.slug, report)
        await asyncio.to_thread(memory.release)
        return report

    async def _store_failure(
        self, project: Project, lease: str, report: Sync, wait_seconds: float
    ) -> Sync:
        """Store the report on a sync that failed, with the time of its end."""
        report = replace(report, finished_at=stamp(now()))
        failed = report.outcome != "cancelled"
        values = {"sync_status": "error", "sync_error": report.message} if failed else {}
        try:
            async with self._database.write(wait_seconds) as session:
                await finish(session, project.id, lease, dict(values), report)
        except (Busy, SQLAlchemyError) as failure:
            logger.error("the report on the sync of %s is not kept: %s", project.slug, failure)
        return report

    async def _keep(self, lease: str) -> None:
        """Extend the lease for as long as this process lives and works on it."""
        held = True
        while held:
            await asyncio.sleep(LEASE_SECONDS / 3)
            try:
                async with self._database.write() as session:
                    held = await extend_lease(session, lease)
            except (Busy, SQLAlchemyError):
                continue  # the sync itself is writing, and nobody takes a lease meanwhile


def _in_progress(slug: str) -> SyncInProgress:
    return SyncInProgress(
        f"project {slug!r} is being synced already. Wait for its end", RETRY_SECONDS
    )

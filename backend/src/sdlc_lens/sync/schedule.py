"""Background work: parsing stored documents again after an update, and auto-sync."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from sdlc_lens.db.database import Database
from sdlc_lens.domain.documents.parse import PARSER_VERSION
from sdlc_lens.errors import Busy, LensError, NotFound, SyncInProgress
from sdlc_lens.queries.ingest import outdated_projects
from sdlc_lens.queries.projects import list_projects
from sdlc_lens.sources.folder import fingerprint
from sdlc_lens.sync.runner import Runner
from sdlc_lens.sync.sync import parse_stored_again
from sdlc_lens.sync.threads import in_own_thread

ANSWER_SECONDS = 10
"""How long the others wait for a project's folder, which is then reported."""

logger = logging.getLogger(__name__)

Key = tuple[int, str, str]
"""Tells a project and its folder from a later project, which may get its number."""


class Schedule:
    """The background work for the projects of one database."""

    def __init__(self, database: Database, runner: Runner, base: Path, seconds: float) -> None:
        self._database = database
        self._runner = runner
        self._base = base
        self._seconds = seconds
        self._marks: dict[Key, str] = {}
        self._following: dict[Key, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """End what a killed process has left, parse again, then look every few seconds.

        Without seconds projects do not follow their folders.
        """
        await self._try(self._runner.end_abandoned)
        await self._try(self.parse_again)
        trigger = "start"
        while self._seconds:
            await self._try(self.look, trigger)
            trigger = "poll"
            await asyncio.sleep(self._seconds)

    async def close(self) -> None:
        """Stop all work."""
        for task in self._following.values():
            task.cancel()
        await asyncio.gather(*self._following.values(), return_exceptions=True)

    async def parse_again(self) -> None:
        """Let this version's parser parse the documents that are stored; no source is read."""
        async with self._database.read() as session:
            slugs = await outdated_projects(session, f"{PARSER_VERSION}:")
        for slug in slugs:
            await self._try(parse_stored_again, self._database, slug)

    async def look(self, trigger: str) -> None:
        """Sync the projects with `auto_sync` whose folders have changed since the last look.

        One after the other; a folder that does not answer is left behind.
        """
        async with self._database.read() as session:
            found = {
                (project.id, project.created_at, project.sdlc_path): project.slug
                for project in await list_projects(session)
                if project.auto_sync and project.sdlc_path
            }
        self._marks = {key: mark for key, mark in self._marks.items() if key in found}
        self._following = {key: task for key, task in self._following.items() if not task.done()}
        for key, slug in found.items():
            if key not in self._following:
                task = asyncio.create_task(self._try(self._follow, slug, key, trigger))
                self._following[key] = task
                await asyncio.wait([task], timeout=2 * ANSWER_SECONDS)

    async def _follow(self, slug: str, key: Key, trigger: str) -> None:
        *_, path = key
        marking = in_own_thread(_mark, path, self._base)
        answered, _ = await asyncio.wait([marking], timeout=ANSWER_SECONDS)
        if not answered:
            self._marks.pop(key, None)
            message = f"the folder {path!r} does not answer: its mount hangs. Mount it again"
            await self._runner.report_failure(slug, trigger, message)
        mark = await marking
        if mark == self._marks.get(key):
            return
        try:
            await self._runner.sync(slug, trigger)
        except (SyncInProgress, Busy):
            return  # there was none: it is worth another try
        self._marks[key] = mark

    async def _try[**Arguments](
        self,
        work: Callable[Arguments, Awaitable[None]],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> None:
        """Do the work; log an unexpected error, so that the next round tries again."""
        try:
            await work(*arguments, **options)
        except NotFound:
            pass  # a project that was removed meanwhile
        except (LensError, SQLAlchemyError) as error:
            logger.error("what the schedule does failed: %s", error)
        except Exception:
            logger.exception("what the schedule does failed")


def _mark(path: str, base: Path) -> str:
    """A mark that changes with the folder; one that cannot be read is marked by the reason."""
    try:
        return fingerprint(path, base)
    except (LensError, OSError) as error:
        return str(error)

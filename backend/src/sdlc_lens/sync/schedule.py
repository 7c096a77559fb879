"""Syncs that nobody asks for: after a newer parser has started, and when a folder has changed."""

import asyncio
import logging
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from sdlc_lens.db.database import Database
from sdlc_lens.domain.documents.parse import PARSER_VERSION
from sdlc_lens.errors import Busy, LensError, NotFound, SyncInProgress
from sdlc_lens.queries.ingest import outdated_projects
from sdlc_lens.queries.projects import Project, list_projects
from sdlc_lens.sources.folder import fingerprint
from sdlc_lens.sync.runner import Runner
from sdlc_lens.sync.sync import parse_stored_again

logger = logging.getLogger(__name__)


class Schedule:
    """Looks after the projects of one database for as long as it runs."""

    def __init__(self, database: Database, runner: Runner, base: Path, seconds: int) -> None:
        self._database = database
        self._runner = runner
        self._base = base
        self._seconds = seconds
        self._marks: dict[tuple[int, str], str] = {}

    async def run(self) -> None:
        """Parse again what another parser has stored, then look every few seconds; never, for 0."""
        await self.parse_again()
        if self._seconds:
            await self.look("start")
        while self._seconds:
            await asyncio.sleep(self._seconds)
            await self.look("poll")

    async def parse_again(self) -> None:
        """Let this version's parser parse the documents that are stored; no source is read."""
        try:
            async with self._database.read() as session:
                slugs = await outdated_projects(session, f"{PARSER_VERSION}:")
        except SQLAlchemyError as error:
            logger.error("the stored documents cannot be looked at: %s", error)
            return
        for slug in slugs:
            try:
                await parse_stored_again(self._database, slug)
            except NotFound:
                pass  # removed meanwhile
            except (Busy, SQLAlchemyError) as error:
                logger.error("the documents of %s cannot be parsed again: %s", slug, error)

    async def look(self, trigger: str) -> None:
        """Sync the projects with `auto_sync` whose folders have changed since the last look."""
        try:
            async with self._database.read() as session:
                found = await list_projects(session)
        except SQLAlchemyError as error:
            logger.error("the projects cannot be looked at: %s", error)
            return
        self._marks = {key: self._marks[key] for key in map(_key, found) if key in self._marks}
        for project in found:
            if project.auto_sync and project.sdlc_path:
                await self._follow(project, project.sdlc_path, trigger)

    async def _follow(self, project: Project, path: str, trigger: str) -> None:
        mark = await asyncio.to_thread(_mark, path, self._base)
        known = self._marks.get(_key(project))
        if mark != known and await self._sync(project.slug, trigger):
            self._marks[_key(project)] = mark

    async def _sync(self, slug: str, trigger: str) -> bool:
        """Whether there was a sync, whatever came out; if not, it is worth another try."""
        try:
            await self._runner.sync(slug, trigger)
        except (SyncInProgress, NotFound, Busy):
            return False
        except SQLAlchemyError as error:
            logger.error("sync of %s could not be stored: %s", slug, error)
            return False
        return True


def tell_end(running: asyncio.Task[None]) -> None:
    """Log the end of a schedule that nobody has stopped."""
    if not running.cancelled() and (error := running.exception()):
        logger.error("projects follow their folders no more: restart the service", exc_info=error)


def _key(project: Project) -> tuple[int, str]:
    """What tells a project from a later one, which may get its number."""
    return project.id, project.created_at


def _mark(path: str, base: Path) -> str:
    """A mark that changes with the folder; one that cannot be read is marked by the reason."""
    try:
        return f"{path}: {fingerprint(path, base)}"
    except (LensError, OSError) as error:
        return f"{path}: {error}"

"""Reads the last changes of documents from git repositories, in the background."""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from sdlc_lens import memory
from sdlc_lens.db.database import Database
from sdlc_lens.errors import LensError, NotFound
from sdlc_lens.queries.history import store_changes, unchanged_paths
from sdlc_lens.queries.ingest import stored_documents
from sdlc_lens.queries.projects import get_project, list_projects
from sdlc_lens.queries.tokens import get_project_token
from sdlc_lens.remote_errors import RepositoryTooLarge
from sdlc_lens.sealing import NO_KEYS, Keys
from sdlc_lens.sources.git.changes import Past
from sdlc_lens.sources.git.history import read_changes
from sdlc_lens.sources.git.repository import Policy
from sdlc_lens.sync.threads import in_own_thread

RETRY_SECONDS = 60
MOST_RETRY_SECONDS = 3600

logger = logging.getLogger(__name__)


class History:
    """The histories of projects, up to so many COMMITS each; one project is read at a time."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        commits: int,
        keys: Keys = NO_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._policy = policy
        self._commits = commits
        self._keys = keys
        self._clock = clock
        self._marked = asyncio.Event()
        self._due: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def mark(self, slug: str) -> None:
        """Read the history of the project called SLUG soon, unless that was done."""
        if self._commits:
            self._due[slug] = self._clock()
            self._marked.set()

    async def run(self) -> None:
        """Read what the last process left, then what is marked."""
        try:
            await self.mark_all()
        except (LensError, SQLAlchemyError) as error:
            logger.error("histories are read after the next syncs: %s", error)
        while True:
            self._marked.clear()
            await self.look()
            first = min(self._due.values(), default=math.inf)
            with suppress(TimeoutError):
                async with asyncio.timeout(first - self._clock()):
                    await self._marked.wait()

    async def mark_all(self) -> None:
        """Read the histories of all projects soon, unless that was done."""
        async with self._database.read() as session:
            for project in await list_projects(session):
                self.mark(project.slug)

    async def look(self) -> None:
        """Read the histories that are due, one after the other."""
        for slug in [slug for slug, due in self._due.items() if due <= self._clock()]:
            del self._due[slug]
            await self._try(slug)

    async def _try(self, slug: str) -> None:
        """Read the history of one project; one that fails is due again, later each time."""
        failures = self._failures.pop(slug, 0)
        try:
            await self._read(slug)
        except NotFound:
            pass  # a project that was removed meanwhile
        except RepositoryTooLarge as error:
            logger.warning("the history of %s is not read at this commit: %s", slug, error)
        except (LensError, SQLAlchemyError) as error:
            seconds = self._put_off(slug, failures, getattr(error, "retry_after", 0))
            message = "the history of %s is not read, next try in %d seconds: %s"
            logger.warning(message, slug, seconds, error)
        except Exception:
            self._put_off(slug, failures)
            logger.exception("the history of %s is not read", slug)

    def _put_off(self, slug: str, failures: int, retry_after: float = 0) -> float:
        """The seconds until the history is due again, unless it is marked earlier."""
        apart = min(RETRY_SECONDS * 2 ** min(failures, 16), MOST_RETRY_SECONDS)
        seconds: float = max(apart, retry_after)
        self._failures[slug] = failures + 1
        self._due.setdefault(slug, self._clock() + seconds)
        return seconds

    async def _read(self, slug: str) -> None:
        async with self._database.read() as session:
            project = await get_project(session, slug)
            place, commit_id = project.place, project.commit_id
            is_deep = (project.history_commits or 0) >= self._commits
            if place is None or commit_id is None:
                return
            if project.history_commit_id == commit_id and is_deep:
                return
            documents = await stored_documents(session, project.id)
            past = None
            if project.history_commit_id and is_deep:
                unchanged = await session.run(unchanged_paths, project.id)
                past = Past(project.history_commit_id, unchanged)
            token = await get_project_token(session, project.id, self._keys)
        changes = await in_own_thread(
            read_changes, place, self._policy, commit_id, documents, self._commits, past, token
        )
        async with self._database.write() as session:
            await store_changes(session, project.id, commit_id, self._commits, changes)
        logger.info("read the last changes of %d documents of %s", len(changes), slug)
        await asyncio.to_thread(memory.release)

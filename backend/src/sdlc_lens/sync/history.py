"""Reads the last changes of documents from git repositories, in the background."""

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from sdlc_lens import memory
from sdlc_lens.db.database import Database
from sdlc_lens.errors import LensError, NotFound
from sdlc_lens.queries.history import store_changes, unchanged_paths
from sdlc_lens.queries.ingest import stored_documents
from sdlc_lens.queries.projects import get_project, list_projects
from sdlc_lens.queries.tokens import get_project_token
from sdlc_lens.sealing import NO_KEYS, Keys
from sdlc_lens.sources.git.changes import Past
from sdlc_lens.sources.git.history import read_changes
from sdlc_lens.sources.git.repository import Policy
from sdlc_lens.sync.threads import in_own_thread

logger = logging.getLogger(__name__)


class History:
    """The histories of projects, up to so many COMMITS each; one project is read at a time."""

    def __init__(
        self, database: Database, policy: Policy, commits: int, keys: Keys = NO_KEYS
    ) -> None:
        self._database = database
        self._policy = policy
        self._commits = commits
        self._keys = keys
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def mark(self, slug: str) -> None:
        """Read the history of the project called SLUG soon, unless that was done."""
        if self._commits:
            self._waiting.put_nowait(slug)

    async def run(self) -> None:
        """Read what the last process left, then what is marked."""
        try:
            await self.mark_all()
        except (LensError, SQLAlchemyError) as error:
            logger.error("histories are read after the next syncs: %s", error)
        while True:
            await self.read_next()

    async def mark_all(self) -> None:
        """Read the histories of all projects soon, unless that was done."""
        async with self._database.read() as session:
            for project in await list_projects(session):
                self.mark(project.slug)

    async def read_next(self) -> None:
        """Wait for a marked project, and read its history."""
        slug = await self._waiting.get()
        try:
            await self._read(slug)
        except NotFound:
            pass  # a project that was removed meanwhile
        except (LensError, SQLAlchemyError) as error:
            logger.warning("the history of %s is not read: %s", slug, error)
        except Exception:
            logger.exception("the history of %s is not read", slug)

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

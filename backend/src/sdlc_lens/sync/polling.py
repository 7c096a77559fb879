"""Projects with `auto_sync` follow the branches of their repositories."""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from sdlc_lens.db.database import Database
from sdlc_lens.errors import Busy, LensError, NotFound, SyncInProgress, TokenUnreadable
from sdlc_lens.queries.projects import Project, list_projects
from sdlc_lens.queries.tokens import get_project_token
from sdlc_lens.remote_errors import FolderNotFound, GitError, RemoteNotAllowed, RepositoryTooLarge
from sdlc_lens.sealing import NO_KEYS, Keys
from sdlc_lens.sources.git.exchange import Tip
from sdlc_lens.sources.git.limits import too_late
from sdlc_lens.sources.git.place import Remote
from sdlc_lens.sources.git.repository import Policy, ask_tip
from sdlc_lens.sync.remotes import Remotes
from sdlc_lens.sync.runner import Runner
from sdlc_lens.sync.threads import in_own_thread, in_time

LONGEST_LOOK_SECONDS = 10
"""How soon a project is noticed that has been added, or has got `auto_sync`."""

_LASTING = {FolderNotFound.code, RepositoryTooLarge.code}
"""Errors that the same commit would give again."""

logger = logging.getLogger(__name__)

Key = tuple[int, str, str]
"""Tells a project and its source from a later project, which may get its number."""


class Polling:
    """Asks servers for the commits of branches, each server for one at a time, and syncs the
    projects whose branch has moved.
    """

    def __init__(
        self,
        database: Database,
        runner: Runner,
        policy: Policy,
        remotes: Remotes,
        seconds: float,
        keys: Keys = NO_KEYS,
    ) -> None:
        self._database = database
        self._runner = runner
        self._policy = policy
        self._remotes = remotes
        self._seconds = seconds
        self._keys = keys
        self._marked = asyncio.Event()
        self._tried: dict[Key, str] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Look every few seconds, and when a remote is marked; else none is due without seconds."""
        trigger = "start"
        while True:
            self._marked.clear()
            await self._try(self.look, trigger)
            trigger = "poll"
            with suppress(TimeoutError):
                async with asyncio.timeout(min(self._seconds or math.inf, LONGEST_LOOK_SECONDS)):
                    await self._marked.wait()

    def mark_due(self, urls: Collection[str]) -> None:
        """Ask about all branches of the repositories at URLS soon."""
        self._remotes.mark_due(urls)
        self._marked.set()

    async def close(self) -> None:
        """Ask no remote any more; what a server has not answered is not waited for."""
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    async def look(self, trigger: str) -> None:
        """Begin to ask about the branches that are due, on servers that are not being asked."""
        async with self._database.read() as session:
            projects = [found for found in await list_projects(session) if found.auto_sync]
        self._asking = {name: task for name, task in self._asking.items() if not task.done()}
        due: dict[str, dict[Remote, list[Project]]] = defaultdict(lambda: defaultdict(list))
        for project in projects:
            place = project.place
            if place is not None and self._remotes.is_due(place):
                due[urlsplit(place.url).netloc][place.remote].append(project)
        for server in due.keys() - self._asking.keys():
            work = self._ask(list(due[server].values()), trigger)
            self._asking[server] = asyncio.create_task(work)

    async def wait(self) -> None:
        """Wait until all servers that are being asked have answered."""
        await asyncio.gather(*self._asking.values())

    async def _ask(self, branches: Sequence[Sequence[Project]], trigger: str) -> None:
        """Ask one server about one branch after the other."""
        for projects in branches:
            await self._try(self._follow, projects, trigger)

    async def _follow(self, projects: Sequence[Project], trigger: str) -> None:
        """Sync those of the PROJECTS that are not at the commit of their branch, which is the same
        for all of them, as is their token.
        """
        place = projects[0].place
        assert place is not None
        self._remotes.asked(place)
        try:
            async with self._database.read() as session:
                token = await get_project_token(session, projects[0].id, self._keys)
            asking = in_own_thread(ask_tip, place, self._policy, token)
            tip = await in_time(asking, self._policy.limits.seconds, too_late)
        except (GitError, RemoteNotAllowed, TokenUnreadable) as error:
            if not isinstance(error, TokenUnreadable):
                self._remotes.failed(place, error.retry_after)
            for project in projects:
                if project.sync_error != str(error):
                    await self._runner.report_failure(project.slug, trigger, str(error), error.code)
            return
        self._remotes.answered(place)
        for project in projects:
            if self._is_behind(project, tip):
                await self._sync(project, trigger, tip)

    async def _sync(self, project: Project, trigger: str, tip: Tip) -> None:
        try:
            report = await self._runner.sync(project.slug, trigger, tip=tip)
        except (SyncInProgress, Busy, NotFound):
            return
        if report.outcome == "held_back" or report.code in _LASTING:
            self._tried[_key(project)] = tip.commit_id

    def _is_behind(self, project: Project, tip: Tip) -> bool:
        """Whether there is something to sync that was not tried in vain."""
        if self._tried.get(_key(project)) == tip.commit_id:
            return False
        return project.commit_id != tip.commit_id or project.sync_status == "error"

    async def _try[**Arguments](
        self,
        work: Callable[Arguments, Awaitable[None]],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> None:
        """Do the work, or log why not: the next look does it again."""
        try:
            await work(*arguments, **options)
        except (LensError, SQLAlchemyError) as error:
            logger.error("a check of repositories failed: %s", error)
        except Exception:
            logger.exception("a check of repositories failed")


def _key(project: Project) -> Key:
    return project.id, project.created_at, project.source

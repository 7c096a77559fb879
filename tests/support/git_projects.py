"""A repository with a workspace, the server that hands it out, and projects that read it."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from sdlc_lens.db.database import Database
from sdlc_lens.queries.projects import Project, add_project, get_project
from sdlc_lens.queries.syncs import Sync, list_syncs
from sdlc_lens.sources.git.hosts import Host
from sdlc_lens.sources.git.limits import Limits
from sdlc_lens.sources.git.place import Place
from sdlc_lens.sources.git.repository import Policy, read_repository
from sdlc_lens.sources.snapshot import Snapshot
from sdlc_lens.sync.history import History
from sdlc_lens.sync.polling import Polling
from sdlc_lens.sync.remotes import Remotes
from sdlc_lens.sync.runner import Runner
from support.git_objects import Content, Repository
from support.git_server import GitServer, made_up, serving

FILES: dict[str, Content] = {
    "README.md": "# Not a document\n",
    "src/large.bin": b"x" * 2000,
    "sdlc-studio/.config.yaml": "profile: lean\n",
    "sdlc-studio/prd.md": "# What for\n",
    "sdlc-studio/stories/US0001-berth.md": "# US0001: Berth\n",
}


@pytest.fixture
def repository() -> Repository:
    """A repository with a workspace at `sdlc-studio`."""
    repository = Repository()
    repository.commit(FILES)
    return repository


@pytest.fixture
def server(repository: Repository) -> Iterator[GitServer]:
    """Hands the repository out."""
    with serving(made_up(repository)) as server:
        yield server


@pytest.fixture
def policy(server: GitServer, tmp_path: Path) -> Policy:
    """The server may be read, within the usual limits."""
    return Policy((Host.parse(server.url),), Limits(), tmp_path)


def read(url: str, policy: Policy, token: str | None = None, path: str = "sdlc-studio") -> Snapshot:
    """The workspace at PATH in a repository of the server at URL."""
    snapshot = read_repository(Place(f"{url}/o/r", None, path), policy, token=token)
    assert snapshot
    return snapshot


def source(snapshot: Snapshot, path: str) -> bytes:
    """The bytes of a document in a snapshot."""
    blob = snapshot.read(path)
    assert blob
    return blob.source


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class GitProjects:
    """Projects on one server, their syncs and checks, which are 100 seconds apart."""

    database: Database
    runner: Runner
    polling: Polling
    history: History
    clock: Clock
    url: str

    async def add(self, slug: str, token_name: str | None = None) -> None:
        """Add a project with `auto_sync`."""
        source: dict[str, str | None] = {"source_type": "git", "repo_url": self.url}
        source |= {"repo_path": "sdlc-studio", "access_token_name": token_name}
        async with self.database.write() as session:
            await add_project(session, slug, slug.title(), source)
            await session.execute(text("UPDATE projects SET auto_sync = 1"))

    async def project(self, slug: str) -> Project:
        """A project as it stands."""
        async with self.database.read() as session:
            return await get_project(session, slug)

    async def syncs(self, slug: str) -> list[Sync]:
        """The reports on a project, the newest first."""
        project = await self.project(slug)
        async with self.database.read() as session:
            return await list_syncs(session, project.id)

    async def look(self, *, seconds: float = 0) -> None:
        """Look to the end, SECONDS later."""
        self.clock.seconds += seconds
        await self.polling.look("poll")
        await self.polling.wait()

    async def read_histories(self, *, seconds: float = 0) -> None:
        """Read the histories that are due SECONDS later."""
        self.clock.seconds += seconds
        await self.history.look()


@pytest.fixture
async def git_projects(
    database: Database, server: GitServer, policy: Policy
) -> AsyncIterator[GitProjects]:
    clock = Clock()
    remotes = Remotes(100, clock)
    history = History(database, policy, 100, clock=clock)
    runner = Runner(database, Path("/"), policy, remotes, mark_history=history.mark)
    polling = Polling(database, runner, policy, remotes, 100)
    yield GitProjects(database, runner, polling, history, clock, f"{server.url}/o/r")
    await polling.close()
    await runner.close()

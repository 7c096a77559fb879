from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from support import steady
from support.databases import migrated, migrated_once
from support.event_loop import event_loop, no_task_left
from support.git_projects import git_projects, policy, repository, server
from support.syncing import Harbour, Held, follow
from support.workspaces import write_workspace

from sdlc_lens.db.database import Database
from sdlc_lens.sync.runner import Runner
from sdlc_lens.sync.schedule import Schedule

__all__ = [
    "event_loop",
    "git_projects",
    "migrated",
    "migrated_once",
    "no_task_left",
    "policy",
    "repository",
    "server",
    "steady",
]


@pytest.fixture
async def database(migrated: Path) -> AsyncIterator[Database]:
    database = Database(migrated)
    yield database
    await database.close()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """The source of every sync, which waits to be let go."""
    held = Held(monkeypatch)
    yield held
    held.let_go()


@pytest.fixture
async def harbour(database: Database, tmp_path: Path) -> AsyncIterator[Harbour]:
    """A registered project with twelve stories, not yet synced."""
    story = "# US{0:04}: Berth {0}\n\n> **Status:** Draft\n> **Epic:** EP0001\n\nAfter US0001.\n"
    files = {f"stories/US{n:04}-berth.md": story.format(n) for n in range(1, 12)}
    workspace = write_workspace(tmp_path / "tide", files | {"epics/EP0001.md": "# EP0001: Tide\n"})
    harbour = Harbour(database, Runner(database, Path("/")), workspace)
    await harbour.add()
    yield harbour
    await harbour.runner.close()


@pytest.fixture
async def schedule(harbour: Harbour) -> Schedule:
    """Auto-sync of every project, once a second."""
    await follow(harbour)
    return Schedule(harbour.database, harbour.runner, Path("/"), 1)

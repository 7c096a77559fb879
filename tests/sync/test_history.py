"""The last changes of documents, read after syncs."""

import asyncio
import sqlite3
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest
from support.git_objects import Repository
from support.git_projects import FILES, GitProjects
from support.git_server import GitServer, Reply, Request, made_up
from support.processes import PATIENCE_SECONDS

from sdlc_lens.db.connection import rows
from sdlc_lens.queries.history import store_changes
from sdlc_lens.sources.git import history as git_history
from sdlc_lens.sources.git.repository import Policy
from sdlc_lens.sync import history as history_module
from sdlc_lens.sync.history import History

pytestmark = pytest.mark.anyio

LATER = FILES | {"sdlc-studio/prd.md": "# What else for\n"}
CHANGES = """
SELECT path, last_changes.commit_id AS "commit" FROM documents
LEFT JOIN last_changes ON document_id = documents.id
"""


async def sync(projects: GitProjects) -> None:
    """Sync to the end, then read the history."""
    await projects.runner.sync("tide")
    await projects.read_histories()


async def commits(projects: GitProjects) -> dict[str, str | None]:
    """The commit that last changed each document, as it is stored."""
    async with projects.database.read() as session:
        return {row["path"]: row["commit"] for row in await session.run(rows, CHANGES, {})}


async def test_changes_are_stored_after_a_sync(
    git_projects: GitProjects, repository: Repository
) -> None:
    first = repository.refs["refs/heads/main"]
    later = repository.commit(LATER)
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    assert set((await commits(git_projects)).values()) == {None}
    await git_projects.read_histories()
    assert await commits(git_projects) == {"prd.md": later, "stories/US0001-berth.md": first}
    assert (await git_projects.project("tide")).history_commit_id == later


async def test_later_sync_reads_later_commits(
    git_projects: GitProjects, repository: Repository, server: GitServer
) -> None:
    await git_projects.add("tide")
    await sync(git_projects)
    before = await commits(git_projects)
    later = repository.commit(LATER)
    await git_projects.runner.sync("tide")
    assert (await commits(git_projects))["prd.md"] is None, "the old one is not shown"
    server.reset()
    await git_projects.read_histories()
    assert len(server.requests) == 3
    assert await commits(git_projects) == before | {"prd.md": later}


async def test_unchanged_commit_is_not_read_again(
    git_projects: GitProjects, server: GitServer
) -> None:
    await git_projects.add("tide")
    await sync(git_projects)
    server.reset()
    await sync(git_projects)
    assert len(server.requests) == 2, "those of the sync"


async def test_more_commits_are_read_once_they_are_allowed(
    git_projects: GitProjects, repository: Repository, policy: Policy
) -> None:
    first = repository.refs["refs/heads/main"]
    repository.commit(LATER)
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    story = "stories/US0001-berth.md"
    for allowed, found in ((1, None), (2, first)):
        history = History(git_projects.database, policy, allowed)
        history.mark("tide")
        await history.look()
        assert (await commits(git_projects))[story] == found


async def test_what_the_last_process_left_is_read_at_the_start(
    git_projects: GitProjects, repository: Repository, policy: Policy
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    history = History(git_projects.database, policy, 100)
    await history.mark_all()
    await history.look()
    assert None not in (await commits(git_projects)).values()


async def test_none_is_read_when_it_is_turned_off(
    git_projects: GitProjects, policy: Policy
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    history = History(git_projects.database, policy, 0)
    history.mark("tide")
    await history.look()
    assert set((await commits(git_projects)).values()) == {None}


async def test_history_that_failed_is_read_again_later_each_time(
    git_projects: GitProjects,
    server: GitServer,
    repository: Repository,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    server.backend = lambda _: (502, {}, b"")
    tries = []
    for minute in range(200):
        server.reset()
        await git_projects.read_histories(seconds=60)
        if server.requests:
            tries.append(minute)
    apart = [later - earlier for earlier, later in pairwise(tries)]
    assert apart[:6] == [1, 2, 4, 8, 16, 32]
    assert set(apart[6:]) == {60}
    project = await git_projects.project("tide")
    assert (project.sync_status, project.history_commit_id) == ("synced", None)
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    server.backend = made_up(repository)
    await git_projects.read_histories(seconds=3600)
    assert None not in (await commits(git_projects)).values()
    server.reset()
    await git_projects.read_histories(seconds=3600)
    assert not server.requests
    repository.commit(LATER)
    await git_projects.runner.sync("tide")
    server.backend = lambda _: (502, {}, b"")
    await git_projects.read_histories()
    server.reset()
    await git_projects.read_histories(seconds=60)
    assert server.requests, "the former failures count no more"


async def test_history_that_failed_is_read_after_the_next_sync(
    git_projects: GitProjects, server: GitServer, repository: Repository
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    server.backend = lambda _: (429, {"Retry-After": "5000"}, b"")
    await git_projects.read_histories()
    server.backend = made_up(repository)
    server.reset()
    await git_projects.read_histories(seconds=4999)
    assert not server.requests
    await sync(git_projects)
    assert None not in (await commits(git_projects)).values()


async def test_history_that_is_too_large_waits_for_another_commit(
    git_projects: GitProjects, server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_history, "STEP_BYTES", 10)
    await git_projects.add("tide")
    await sync(git_projects)
    server.reset()
    await git_projects.read_histories(seconds=86400)
    assert not server.requests


async def test_histories_are_read_until_the_stop(
    git_projects: GitProjects,
    server: GitServer,
    repository: Repository,
    policy: Policy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    stored = asyncio.Semaphore(0)

    async def seen(*arguments: Any) -> None:
        await store_changes(*arguments)
        stored.release()

    def fail_once(_: Request) -> Reply:
        server.backend = made_up(repository)
        return 502, {}, b""

    monkeypatch.setattr(history_module, "store_changes", seen)
    monkeypatch.setattr(history_module, "RETRY_SECONDS", 0.01)
    server.backend = fail_once
    history = History(git_projects.database, policy, 100)
    running = asyncio.create_task(history.run())
    await asyncio.wait_for(stored.acquire(), PATIENCE_SECONDS)
    repository.commit(LATER)
    await git_projects.runner.sync("tide")
    history.mark("tide")
    await asyncio.wait_for(stored.acquire(), PATIENCE_SECONDS)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_project_that_moves_on_meanwhile(
    git_projects: GitProjects, server: GitServer, repository: Repository
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    usual = made_up(repository)

    def move(request: Request) -> Reply | None:
        with closing(sqlite3.connect(git_projects.database.path)) as connection, connection:
            connection.execute("UPDATE projects SET commit_id = 'another'")
        return usual(request)

    server.backend = move
    await git_projects.read_histories()
    assert (await git_projects.project("tide")).history_commit_id is None
    assert set((await commits(git_projects)).values()) == {None}


async def test_project_without_a_commit(git_projects: GitProjects, server: GitServer) -> None:
    await git_projects.add("tide")
    git_projects.history.mark("tide")
    await git_projects.read_histories()
    assert not server.requests

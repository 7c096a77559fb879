"""The last changes of documents, read after syncs."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from support.git_objects import Repository
from support.git_projects import FILES, GitProjects
from support.git_server import GitServer, Reply, Request, made_up

from sdlc_lens.db.connection import rows
from sdlc_lens.sources.git.repository import Policy
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
    await projects.history.read_next()


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
    await git_projects.history.read_next()
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
    await git_projects.history.read_next()
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
        await history.read_next()
        assert (await commits(git_projects))[story] == found


async def test_what_the_last_process_left_is_read_at_the_start(
    git_projects: GitProjects, repository: Repository, policy: Policy
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    history = History(git_projects.database, policy, 100)
    await history.mark_all()
    await history.read_next()
    assert None not in (await commits(git_projects)).values()


async def test_none_is_read_when_it_is_turned_off(
    git_projects: GitProjects, policy: Policy
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    history = History(git_projects.database, policy, 0)
    history.mark("tide")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(history.read_next(), 0.1)


async def test_server_that_fails_is_asked_after_the_next_sync(
    git_projects: GitProjects,
    server: GitServer,
    repository: Repository,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    server.backend = lambda _: (502, {}, b"")
    await git_projects.history.read_next()
    project = await git_projects.project("tide")
    assert (project.sync_status, project.history_commit_id) == ("synced", None)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    server.backend = made_up(repository)
    await sync(git_projects)
    assert None not in (await commits(git_projects)).values()


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
    await git_projects.history.read_next()
    assert (await git_projects.project("tide")).history_commit_id is None
    assert set((await commits(git_projects)).values()) == {None}


async def test_project_without_a_commit(git_projects: GitProjects, server: GitServer) -> None:
    await git_projects.add("tide")
    git_projects.history.mark("tide")
    await git_projects.history.read_next()
    assert not server.requests

"""Syncs of projects whose workspace is in a git repository."""

import asyncio
import threading
import time

import pytest
from support.git_objects import Repository
from support.git_projects import FILES, GitProjects
from support.git_server import GitServer, Request

from sdlc_lens.sources.git.exchange import Tip

pytestmark = pytest.mark.anyio


async def test_sync_stores_documents_and_commit(
    git_projects: GitProjects, repository: Repository
) -> None:
    await git_projects.add("tide")
    report = await git_projects.runner.sync("tide")
    project = await git_projects.project("tide")
    assert (report.outcome, report.added, project.document_count) == ("synced", 2, 2)
    assert project.commit_id == repository.refs["refs/heads/main"]
    assert project.committed_at == "2026-01-02T03:04:05.000Z"
    assert (project.profile, project.sync_status) == ("lean", "synced")


async def test_unchanged_commit_writes_no_document(
    git_projects: GitProjects, server: GitServer
) -> None:
    await git_projects.add("tide")
    first = await git_projects.runner.sync("tide")
    server.reset()
    report = await git_projects.runner.sync("tide")
    assert (report.outcome, report.unchanged, report.revision) == ("synced", 2, first.revision)
    assert len(server.requests) == 2


async def test_what_is_stored_is_not_fetched_again(
    git_projects: GitProjects, server: GitServer, repository: Repository
) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    files = dict(FILES)
    files["sdlc-studio/trd.md"] = files.pop("sdlc-studio/prd.md")
    repository.commit(files)
    server.reset()
    report = await git_projects.runner.sync("tide")
    assert (report.added, report.removed, report.failed) == (1, 1, 0)
    wanted = server.requests[-1].body.count(b"want ")
    assert wanted == 1, "the settings alone"


async def test_commit_of_another_branch_is_not_taken_for_its_own(
    git_projects: GitProjects, repository: Repository
) -> None:
    await git_projects.add("tide")
    former = Tip((git_projects.url, "former", None), "/o/r", "0" * 40, "sha1", has_filters=True)
    assert (await git_projects.runner.sync("tide", tip=former)).outcome == "synced"
    project = await git_projects.project("tide")
    assert project.commit_id == repository.refs["refs/heads/main"]


async def test_swapped_contents(git_projects: GitProjects, repository: Repository) -> None:
    await git_projects.add("tide")
    await git_projects.runner.sync("tide")
    names = ("sdlc-studio/prd.md", "sdlc-studio/stories/US0001-berth.md")
    contents = (FILES[name] for name in reversed(names))
    repository.commit(FILES | dict(zip(names, contents, strict=True)))
    report = await git_projects.runner.sync("tide")
    assert (report.outcome, report.changed, report.failed) == ("synced", 2, 0)


async def test_stop_does_not_wait_for_the_server(
    git_projects: GitProjects, server: GitServer
) -> None:
    await git_projects.add("tide")
    asked, free = threading.Event(), threading.Event()

    def hang(_: Request) -> None:
        asked.set()
        free.wait(10)

    server.backend = hang
    await git_projects.runner.start("tide")
    assert await asyncio.to_thread(asked.wait, 10)
    begin = time.monotonic()
    await git_projects.runner.close()
    assert time.monotonic() - begin < 2
    free.set()
    (report,) = await git_projects.syncs("tide")
    assert report.outcome == "cancelled"

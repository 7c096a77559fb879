"""Syncs of projects whose workspace is in a git repository."""

import asyncio
import threading
import time
from pathlib import Path

import pytest
from support.git_objects import Repository
from support.git_projects import FILES, GitProjects
from support.git_server import GitServer, Request
from support.workspaces import write_workspace

from sdlc_lens.db.connection import rows
from sdlc_lens.db.tables import DOCUMENT_FIELDS
from sdlc_lens.queries.projects import add_project
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


async def test_repository_and_folder_give_the_same_documents(
    git_projects: GitProjects, repository: Repository, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {
        ".config.yaml": "profile: lean\n",
        ".version": "schema_version: 3\nunknown: [\n",
        "prd.md": "# What for\n",
        "stories/US0001-berth.md": "# US0001: Berth\n\n> **Epic:** EP0001\n> **Status:** Done\n",
        "stories/again/US0001-berth.md": "# US0001: Berth again\n",
        "epics/EP0001 ä+b.md": b"\xef\xbb\xbf# EP0001: Quay\r\n\r\nSee US0001.\r\n",
        "bugs/BG0001.md": b"# BG0001\n\n\xff\xfe\n",
        "bugs/empty.md": "",
        "_index.md": "# Skipped\n",
        "node_modules/x.md": "# Skipped\n",
        ".hidden/x.md": "# Skipped\n",
        "notes.txt": "Skipped\n",
    }
    repository.commit({f"sdlc-studio/{path}": text for path, text in files.items()})
    folder = write_workspace(tmp_path / "tide", files)
    await git_projects.add("tide")
    async with git_projects.database.write() as session:
        await add_project(session, "ebb", "Ebb", str(folder))
    for slug in ("tide", "ebb"):
        assert (await git_projects.runner.sync(slug)).added == 6
    assert await stored(git_projects, "tide") == await stored(git_projects, "ebb")


async def stored(projects: GitProjects, slug: str) -> tuple[object, ...]:
    """All that a sync has stored of a project, but its source."""
    project = await projects.project(slug)
    columns = [f"d.{name}" for name in (*DOCUMENT_FIELDS, "blob_id", "parsed_by")]
    query = f"""
        SELECT {", ".join(columns)}, s.source, s.indexed_name, s.indexed_title, s.indexed_text
        FROM documents d JOIN document_sources s ON document_id = id
        WHERE project_id = {project.id} ORDER BY path
    """
    async with projects.database.read() as session:
        found = [tuple(row) for row in await session.run(rows, query, {})]
    return project.profile, project.schema_version, project.warnings, found

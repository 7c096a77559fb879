"""Syncs from the folder to the rows."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from support.processes import PATIENCE_SECONDS
from support.syncing import Held
from support.workspaces import SAMPLE, write_workspace

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import Database, WriteSession
from sdlc_lens.errors import NotFound, SyncInProgress
from sdlc_lens.queries.documents.listing import DocumentItem, Selection, list_documents
from sdlc_lens.queries.leases import extend_lease
from sdlc_lens.queries.projects import Project, add_project, get_project, remove_project
from sdlc_lens.sources.snapshot import Snapshot
from sdlc_lens.sync import runner as runner_module
from sdlc_lens.sync import sync as run_module
from sdlc_lens.sync.runner import Runner

pytestmark = pytest.mark.anyio


@pytest.fixture
async def workspace(tmp_path: Path, database: Database) -> Path:
    root = tmp_path / "sdlc-studio"
    shutil.copytree(SAMPLE, root)
    async with database.write() as session:
        await add_project(session, "tide", "Tide", str(root))
    return root


@pytest.fixture
async def runner(database: Database) -> AsyncIterator[Runner]:
    runner = Runner(database, Path("/"))
    yield runner
    await runner.close()


async def sync(runner: Runner, database: Database) -> Project:
    await runner.start("tide")
    await runner.wait()
    async with database.read() as session:
        return await get_project(session, "tide")


async def items(database: Database) -> dict[str, DocumentItem]:
    async with database.read() as session:
        project = await get_project(session, "tide")
        _, found = await session.run(list_documents, project.id, Selection(), 0, 100)
    return {item.path: item for item in found}


async def test_sample(runner: Runner, database: Database, workspace: Path) -> None:
    project = await sync(runner, database)
    assert (project.sync_status, project.sync_error) == ("synced", None)
    assert (project.schema_version, project.profile) == (3, "small")
    assert project.document_count == 44
    found = await items(database)
    story = found["stories/US0002-ask-for-a-draught.md"]
    assert (story.type, story.status, story.epic) == ("story", "In Progress", "EP0001")
    assert found["stories/US-01K5TDWN-measure-the-swell.md"].status == "Waiting for Weather"
    assert found["retros/RETRO0001-first-spring-tide.md"].status is None


async def test_unchanged_input_writes_no_document(
    runner: Runner, database: Database, workspace: Path
) -> None:
    first = await sync(runner, database)
    before = await items(database)
    for statement in ("INSERT ON", "UPDATE ON", "DELETE ON"):
        name = statement.split()[0].lower()
        async with database.write() as session:
            await session.execute(
                text(
                    f"CREATE TRIGGER no_{name} BEFORE {statement} documents"
                    " BEGIN SELECT RAISE(ABORT, 'a document was written'); END"
                )
            )
    second = await sync(runner, database)
    assert second.sync_status == "synced"
    assert await items(database) == before
    assert (second.last_synced_at or "") >= (first.last_synced_at or "")


async def test_changes_are_followed(runner: Runner, database: Database, workspace: Path) -> None:
    await sync(runner, database)
    before = await items(database)
    (workspace / "prd.md").write_text("# Another title\n\n**Status:** Draft\n")
    (workspace / "trd.md").unlink()
    write_workspace(workspace, {"bugs/BG0002-new.md": "# BG0002: New"})
    await asyncio.sleep(0.002)  # times are stored in milliseconds
    await sync(runner, database)
    after = await items(database)
    assert after["prd.md"].title == "Another title"
    assert after["prd.md"].updated_at > before["prd.md"].updated_at
    assert "trd.md" not in after
    assert after["bugs/BG0002-new.md"].type == "bug"
    untouched = "epics/EP0001-the-next-window.md"
    assert after[untouched] == before[untouched]


async def test_change_of_vocabulary_reaches_stored_documents(
    runner: Runner, database: Database, workspace: Path
) -> None:
    await sync(runner, database)
    before = await items(database)
    (workspace / ".config.yaml").unlink()
    await sync(runner, database)
    after = await items(database)
    changed = "stories/US-01K5TDWN-measure-the-swell.md"
    assert after.pop(changed).status == "Waiting for weather"
    assert after == {path: item for path, item in before.items() if path != changed}


async def test_broken_settings_are_a_warning_not_a_failure(
    runner: Runner, database: Database, workspace: Path
) -> None:
    (workspace / ".config.yaml").write_text("{")
    project = await sync(runner, database)
    assert (project.sync_status, project.schema_version) == ("synced", 2)
    assert [warning.split()[0] for warning in project.warnings] == [".config.yaml"]
    (workspace / ".config.yaml").unlink()
    assert (await sync(runner, database)).warnings == ()
    (workspace / ".version").write_text("schema_version: 3")
    project = await sync(runner, database)
    assert (project.schema_version, project.warnings) == (3, ())


async def test_workspace_that_became_a_link_out_of_the_base(
    database: Database, workspace: Path
) -> None:
    runner = Runner(database, workspace.parent)
    await sync(runner, database)
    shutil.rmtree(workspace)
    workspace.symlink_to(SAMPLE)
    project = await sync(runner, database)
    assert project.sync_status == "error"
    assert "is outside SDLC_LENS_ALLOWED_PROJECT_BASE" in (project.sync_error or "")


async def test_unexpected_error_is_stored_without_internals(
    runner: Runner, database: Database, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Snapshot:
        raise ZeroDivisionError("internal detail")

    monkeypatch.setattr(run_module, "read_folder", fail)
    project = await sync(runner, database)
    assert project.sync_status == "error"
    assert project.sync_error == "an unexpected error, see the service's log"


async def test_one_sync_at_a_time(runner: Runner, database: Database, workspace: Path) -> None:
    await runner.start("tide")
    with pytest.raises(SyncInProgress):
        await runner.start("tide")
    await runner.wait()
    assert (await sync(runner, database)).sync_status == "synced"


async def test_unknown_project(runner: Runner) -> None:
    with pytest.raises(NotFound):
        await runner.start("nowhere")


async def test_stopped_sync_gives_its_lease_back(
    runner: Runner, database: Database, workspace: Path, held: Held
) -> None:
    await runner.start("tide")
    await held.reached()
    await runner.close()
    async with database.read() as session:
        assert (await get_project(session, "tide")).sync_status == "never_synced"


async def test_long_sync_keeps_its_lease(
    runner: Runner,
    database: Database,
    workspace: Path,
    held: Held,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extended = asyncio.Semaphore(0)

    async def seen(session: WriteSession, lease: str) -> bool:
        try:
            return await extend_lease(session, lease)
        finally:
            extended.release()

    monkeypatch.setattr(runner_module, "LEASE_SECONDS", 0.1)
    monkeypatch.setattr(runner_module, "extend_lease", seen)
    await runner.start("tide")
    ends = []
    for _ in range(2):
        await asyncio.wait_for(extended.acquire(), PATIENCE_SECONDS)
        async with database.write() as session:  # after the one that has extended it
            ends.append((await get_project(session, "tide")).lease_ends_at or "")
    assert ends[1] > ends[0]
    held.let_go()
    await runner.wait()
    assert len(await items(database)) == 44


async def test_project_deleted_during_its_sync(
    runner: Runner, database: Database, workspace: Path, held: Held
) -> None:
    await runner.start("tide")
    async with database.write() as session:
        await remove_project(session, "tide")
    held.let_go()
    await runner.wait()
    async with database.read() as session:
        assert not await session.run(rows, "SELECT id FROM documents", {})


async def test_event_loop_is_free_during_a_sync(
    runner: Runner, database: Database, workspace: Path, held: Held
) -> None:
    body = "# Title\n\n> **Status:** Done\n\n" + "words of a story " * 200
    write_workspace(workspace, {f"stories/US{n:04}-x.md": body for n in range(1000, 1600)})
    await runner.start("tide")
    await held.reached()
    held.let_go()  # it waits for that, and so would a loop that reads the source itself
    waiting = asyncio.ensure_future(runner.wait())
    work = 0.0
    while not waiting.done():
        start = time.thread_time()  # on a busy machine a standstill may be another's doing
        await asyncio.sleep(0.001)
        work = max(work, time.thread_time() - start)
    assert len(await items(database)) == 100
    assert work < 0.1, f"the event loop was kept busy for {work:.3f} s"

"""Auto-sync."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from support.processes import PATIENCE_SECONDS
from support.syncing import Harbour, follow, outcomes
from support.workspaces import write_workspace

from sdlc_lens.errors import Busy
from sdlc_lens.queries.projects import remove_project
from sdlc_lens.queries.syncs import Sync
from sdlc_lens.sources.folder import fingerprint
from sdlc_lens.sync import apply
from sdlc_lens.sync import schedule as schedule_module
from sdlc_lens.sync.schedule import Schedule

pytestmark = pytest.mark.anyio


async def test_follows_changes_and_nothing_else(harbour: Harbour, schedule: Schedule) -> None:
    await schedule.look("start")
    await schedule.look("poll")
    assert await outcomes(harbour) == [("start", "synced")]
    (harbour.workspace / "epics/EP0001.md").write_text("# EP0001: Ebb\n")
    write_workspace(harbour.workspace, {"notes.txt": "no document"})
    await schedule.look("poll")
    await schedule.look("poll")
    assert await outcomes(harbour) == [("start", "synced"), ("poll", "synced")]
    assert "EP0001: Ebb" in (await harbour.rows())[0]


async def test_leaves_other_projects_alone(harbour: Harbour, schedule: Schedule) -> None:
    async with harbour.database.write() as session:
        await session.execute(text("UPDATE projects SET auto_sync = 0"))
    await schedule.look("poll")
    assert await outcomes(harbour) == []


async def test_failed_sync_is_not_repeated_at_once(harbour: Harbour, schedule: Schedule) -> None:
    await schedule.look("start")
    elsewhere = shutil.move(harbour.workspace, harbour.workspace.with_name("elsewhere"))
    for _ in range(3):
        await schedule.look("poll")
    assert await outcomes(harbour) == [("start", "synced"), ("poll", "error")]
    harbour.workspace.mkdir()
    for _ in range(3):
        await schedule.look("poll")
    assert (await outcomes(harbour))[2:] == [("poll", "held_back")]
    harbour.workspace.rmdir()
    shutil.move(elsewhere, harbour.workspace)
    await schedule.look("poll")
    assert (await outcomes(harbour))[3:] == [("poll", "synced")]


async def test_tries_again_when_another_sync_was_under_way(
    harbour: Harbour, schedule: Schedule
) -> None:
    await harbour.runner.start("tide")
    await schedule.look("poll")
    await harbour.runner.wait()
    await schedule.look("poll")
    assert await outcomes(harbour) == [("manual", "synced"), ("poll", "synced")]


async def test_runs_until_it_is_stopped(
    harbour: Harbour, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, ended = harbour.runner.sync, asyncio.Semaphore(0)

    async def seen(slug: str, trigger: str) -> Sync:
        try:
            return await sync(slug, trigger)
        finally:
            ended.release()

    monkeypatch.setattr(harbour.runner, "sync", seen)
    running = asyncio.create_task(schedule.run())
    await asyncio.wait_for(ended.acquire(), PATIENCE_SECONDS)
    assert await outcomes(harbour) == [("start", "synced")]
    (harbour.workspace / "prd.md").touch()
    await asyncio.wait_for(ended.acquire(), PATIENCE_SECONDS)
    assert await outcomes(harbour) == [("start", "synced"), ("poll", "synced")]
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_never(harbour: Harbour, schedule: Schedule) -> None:
    never = Schedule(harbour.database, harbour.runner, Path("/"), 0)
    await asyncio.wait_for(never.run(), PATIENCE_SECONDS)
    assert await outcomes(harbour) == []


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("unexpected"),
        OperationalError("SELECT", None, Exception("no such table: projects")),
        NoConnection("QueuePool limit of size 3 overflow 0 reached"),
        Busy("another change is being stored"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("broken", ["outdated_projects", "list_projects", "fingerprint"])
async def test_goes_on_after_an_error(
    broken: str,
    error: Exception,
    harbour: Harbour,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    pending = [error]

    def fail_once(*arguments: object) -> object:
        if pending:
            raise pending.pop()
        return works(*arguments)

    sync, synced = harbour.runner.sync, asyncio.Event()

    async def seen(slug: str, trigger: str) -> Sync:
        try:
            return await sync(slug, trigger)
        finally:
            synced.set()

    works = getattr(schedule_module, broken)
    monkeypatch.setattr(harbour.runner, "sync", seen)
    monkeypatch.setattr(schedule_module, broken, fail_once)
    await follow(harbour)
    schedule = Schedule(harbour.database, harbour.runner, Path("/"), 0.01)
    running = asyncio.create_task(schedule.run())
    await asyncio.wait_for(synced.wait(), PATIENCE_SECONDS)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await schedule.close()
    assert not pending
    assert str(error) in caplog.text or broken == "fingerprint"


async def test_sync_that_failed_in_the_database_is_repeated(
    harbour: Harbour, schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise OperationalError("INSERT", None, Exception("database or disk is full"))

    with monkeypatch.context() as patched:
        patched.setattr(apply, "add_documents", full)
        await schedule.look("poll")
        assert "disk is full" in ((await harbour.project()).sync_error or "")
    await schedule.look("poll")
    assert await outcomes(harbour) == [("poll", "error"), ("poll", "synced")]


async def test_project_that_is_registered_again_is_followed(
    harbour: Harbour, schedule: Schedule
) -> None:
    await schedule.look("poll")
    before = await harbour.project()
    async with harbour.database.write() as session:
        await remove_project(session, "tide")
    await asyncio.sleep(0.01)
    await harbour.add()
    async with harbour.database.write() as session:
        await session.execute(text("UPDATE projects SET auto_sync = 1"))
    assert (await harbour.project()).id == before.id
    await schedule.look("poll")
    assert await outcomes(harbour) == [("poll", "synced")]


async def test_mark_moves_with_every_change(harbour: Harbour) -> None:
    def mark() -> str:
        return fingerprint(str(harbour.workspace), Path("/"))

    root = harbour.workspace
    seen = [mark()]
    assert mark() == seen[0]
    for change in (
        lambda: (root / "prd.md").write_text("# PRD"),
        lambda: (root / "prd.md").write_text("# PRd"),
        lambda: (root / "prd.md").rename(root / "trd.md"),
        lambda: (root / ".config.yaml").write_text("schema_version: 3"),
        lambda: (root / ".version").write_text("schema_version: 3"),
        lambda: (root / ".version.yaml").write_text("schema_version: 3"),
        lambda: (root / "trd.md").unlink(),
    ):
        await asyncio.sleep(0.01)
        change()
        assert mark() not in seen
        seen.append(mark())

"""Projects that sync by themselves."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from syncing import Harbour
from workspaces import write_workspace

from sdlc_lens.db.syncs import list_syncs
from sdlc_lens.sources.folder import fingerprint
from sdlc_lens.sync.schedule import Schedule

pytestmark = pytest.mark.anyio


@pytest.fixture
async def schedule(harbour: Harbour) -> Schedule:
    async with harbour.database.write() as session:
        await session.execute(text("UPDATE projects SET auto_sync = 1"))
    return Schedule(harbour.database, harbour.runner, Path("/"), 1)


async def outcomes(harbour: Harbour) -> list[tuple[str, str]]:
    async with harbour.database.read() as session:
        reports = await list_syncs(session, (await harbour.project()).id)
    return [(report.trigger, report.outcome) for report in reversed(reports)]


async def reach(harbour: Harbour, expected: list[tuple[str, str]]) -> None:
    for _ in range(400):
        if await outcomes(harbour) == expected:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{await outcomes(harbour)} is not {expected}")


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


async def test_does_not_insist(harbour: Harbour, schedule: Schedule) -> None:
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


async def test_runs_until_it_is_stopped(harbour: Harbour, schedule: Schedule) -> None:
    running = asyncio.create_task(schedule.run())
    await reach(harbour, [("start", "synced")])
    (harbour.workspace / "prd.md").touch()
    await reach(harbour, [("start", "synced"), ("poll", "synced")])
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_never(harbour: Harbour, schedule: Schedule) -> None:
    never = Schedule(harbour.database, harbour.runner, Path("/"), 0)
    await asyncio.wait_for(never.run(), 20)
    assert await outcomes(harbour) == []


async def test_service_without_a_database_goes_on(
    harbour: Harbour, schedule: Schedule, caplog: pytest.LogCaptureFixture
) -> None:
    async with harbour.database.write() as session:
        await session.execute(text("DROP TABLE document_refs"))
        await session.execute(text("ALTER TABLE projects RENAME TO lost"))
    await schedule.read_anew()
    await schedule.look("poll")
    assert "cannot be looked at" in caplog.text


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
        lambda: (root / "trd.md").unlink(),
    ):
        await asyncio.sleep(0.01)
        change()
        assert mark() not in seen
        seen.append(mark())

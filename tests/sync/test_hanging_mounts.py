"""Mounts that do not answer."""

import asyncio
import threading
from pathlib import Path

import pytest
from support.processes import PATIENCE_SECONDS
from support.syncing import Harbour, Held, follow, outcomes
from support.workspaces import write_workspace

from sdlc_lens.queries.projects import add_project
from sdlc_lens.sources import folder, walk
from sdlc_lens.sources.folder import fingerprint
from sdlc_lens.sync import schedule as schedule_module
from sdlc_lens.sync import threads
from sdlc_lens.sync.schedule import Schedule

pytestmark = pytest.mark.anyio


async def test_mount_that_hangs_stops_no_other_project(
    harbour: Harbour, schedule: Schedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = write_workspace(tmp_path / "other", {"prd.md": "# PRD"})
    async with harbour.database.write() as session:
        await add_project(session, "other", "Other", str(other))
    await follow(harbour)
    free = threading.Event()

    def hang(path: str, base: Path) -> str:
        if path == str(harbour.workspace):
            assert free.wait(PATIENCE_SECONDS)
        return fingerprint(path, base)

    monkeypatch.setattr(schedule_module, "fingerprint", hang)
    monkeypatch.setattr(schedule_module, "ANSWER_SECONDS", 0.05)

    async def synced(trigger: str) -> bool:
        await schedule.look(trigger)
        # Under load it takes longer than a round waits for a folder.
        others = [task for key, task in schedule._following.items() if key[2] == str(other)]
        await asyncio.gather(*others)
        return (trigger, "synced") in await outcomes(harbour, "other")

    assert await synced("start")
    (other / "prd.md").write_text("# Other")
    assert await synced("poll")
    assert await outcomes(harbour) == [("start", "error")]
    project = await harbour.project()
    assert project.sync_status == "error"
    assert f"the folder '{harbour.workspace}' does not answer" in (project.sync_error or "")
    free.set()
    await asyncio.gather(*schedule._following.values())
    assert await outcomes(harbour) == [("start", "error"), ("start", "synced")]
    assert (await harbour.project()).sync_error is None


async def test_sync_of_a_mount_that_hangs_is_an_error(
    harbour: Harbour, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "MOST_SECONDS", 0.05)
    report = await harbour.sync()
    assert (report.outcome, (await harbour.project()).sync_status) == ("error", "error")
    assert "did not answer" in (report.message or "")
    held.let_go()
    monkeypatch.undo()
    assert (await harbour.sync()).added == 12


async def test_mount_that_hangs_while_rows_are_written(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()

    def hang(root: Path, path: str) -> bytes:
        assert free.wait(PATIENCE_SECONDS)
        return walk.read_in(root, path)

    with monkeypatch.context() as patch:
        patch.setattr(threads, "MOST_SECONDS_IN_TURN", 0.05)
        patch.setattr(folder, "MOST_KEPT_BYTES", 0)
        patch.setattr(folder, "read_in", hang)
        patch.setattr(folder, "_own_file", lambda *_: None)
        report = await harbour.sync()
    assert "did not answer" in (report.message or "")
    async with harbour.database.write(wait_seconds=0):
        pass  # the sync has given its turn back while the mount still hangs
    free.set()
    assert (await harbour.sync()).added == 12

"""Syncs and other changes wait for each other, and what they came to is told all the same."""

import asyncio

import pytest
from syncing import Harbour, Slow
from workspaces import SAMPLE

from sdlc_lens.db.projects import change_project, get_project, take_lease
from sdlc_lens.errors import SyncInProgress
from sdlc_lens.sync import run
from sdlc_lens.sync import runner as runner_module

pytestmark = pytest.mark.anyio


async def test_another_sync_is_refused_at_once_while_rows_are_written(harbour: Harbour) -> None:
    async with harbour.database.write() as session:
        project = await get_project(session, "tide")
        await take_lease(session, project.id, "other")
    async with harbour.database.write(), asyncio.timeout(2):
        with pytest.raises(SyncInProgress):
            await harbour.runner.start("tide")


async def test_sync_waits_for_others_to_store_what_they_found(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slow(monkeypatch, 0.1)
    await harbour.runner.start("tide")
    async with harbour.database.write():
        await asyncio.sleep(0.5)
    await harbour.runner.wait()
    assert len(await harbour.paths()) == 12


async def test_report_that_cannot_be_stored_is_logged(
    harbour: Harbour,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    Slow(monkeypatch, 0.1)
    monkeypatch.setattr(run, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(runner_module, "PATIENCE_SECONDS", 0.1)
    _, task = await harbour.runner._begin("tide", run.Order())
    async with harbour.database.write():
        report = await task
    assert (report.outcome, "try again" in (report.message or "")) == ("error", True)
    assert "the report on the sync of tide is not kept" in caplog.text


async def test_project_that_changes_meanwhile_is_not_called_synced(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    Slow(monkeypatch, 0.2)
    _, task = await harbour.runner._begin("tide", run.Order())
    async with harbour.database.write() as session:
        await change_project(session, "tide", {"sdlc_path": str(SAMPLE)})
    report = await task
    assert (report.outcome, report.added) == ("error", 0)
    assert "changed meanwhile" in (report.message or "")
    assert await harbour.paths() == []

"""Syncs and other changes take turns, and each reports its outcome."""

import asyncio
from contextlib import AbstractAsyncContextManager

import pytest
from support.processes import IN_TIME, PATIENCE_SECONDS
from support.syncing import Harbour, Held
from support.workspaces import SAMPLE

from sdlc_lens.db.database import WriteSession
from sdlc_lens.errors import SyncInProgress
from sdlc_lens.queries.projects import change_project
from sdlc_lens.sync import runner as runner_module
from sdlc_lens.sync import sync as run

pytestmark = pytest.mark.anyio


async def test_another_sync_is_refused_at_once_while_rows_are_written(
    harbour: Harbour, held: Held
) -> None:
    await harbour.runner.start("tide")
    await held.reached()
    async with harbour.database.write(), asyncio.timeout(IN_TIME):
        with pytest.raises(SyncInProgress):
            await harbour.runner.start("tide")


async def test_sync_waits_for_others_to_store_what_they_found(
    harbour: Harbour, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, asked = harbour.database.write, asyncio.Event()

    def seen(*wait_seconds: float) -> AbstractAsyncContextManager[WriteSession]:
        asked.set()
        return write(*wait_seconds)

    await harbour.runner.start("tide")
    async with harbour.database.write():
        monkeypatch.setattr(harbour.database, "write", seen)
        held.let_go()
        await asyncio.wait_for(asked.wait(), PATIENCE_SECONDS)
    await harbour.runner.wait()
    assert len(await harbour.paths()) == 12


async def test_report_that_cannot_be_stored_is_logged(
    harbour: Harbour,
    held: Held,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(run, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(runner_module, "PATIENCE_SECONDS", 0.1)
    _, task = await harbour.runner._begin("tide", "manual", confirmed=False)
    async with harbour.database.write():
        held.let_go()
        report = await task
    assert (report.outcome, "Try again" in (report.message or "")) == ("error", True)
    assert "the report on the sync of tide is not kept" in caplog.text


async def test_project_that_changes_meanwhile_is_not_called_synced(
    harbour: Harbour, held: Held
) -> None:
    _, task = await harbour.runner._begin("tide", "manual", confirmed=False)
    async with harbour.database.write() as session:
        await change_project(session, "tide", {"sdlc_path": str(SAMPLE)})
    held.let_go()
    report = await task
    assert (report.outcome, report.added) == ("error", 0)
    assert "changed meanwhile" in (report.message or "")
    assert await harbour.paths() == []

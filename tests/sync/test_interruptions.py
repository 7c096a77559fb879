"""A sync that is interrupted changes nothing, and the next one completes."""

import asyncio
import errno
import fcntl
import signal
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.processes import PATIENCE_SECONDS, environment, run
from support.syncing import Harbour, Held, opened, rows_of_a_fresh_sync
from support.workspaces import write_workspace

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.tables import document_sources
from sdlc_lens.errors import SyncInProgress
from sdlc_lens.queries.ingest import add_documents
from sdlc_lens.queries.leases import LEASE_SECONDS
from sdlc_lens.queries.projects import get_project
from sdlc_lens.queries.syncs import list_syncs
from sdlc_lens.sync import apply
from sdlc_lens.sync import sync as sync_run

pytestmark = pytest.mark.anyio

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from sdlc_lens.queries import ingest as documents
from sdlc_lens.db.database import Database
from sdlc_lens.sync import apply
from sdlc_lens.sync.runner import Runner

left = int(sys.argv[2])

def dying(function):
    async def call(*arguments):
        global left
        left -= 1
        if left == 0:
            print("halfway", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        return await function(*arguments)
    return call

for name in ("add_documents", "remove_documents"):
    setattr(apply, name, dying(getattr(apply, name)))
apply.DOCUMENTS_AT_ONCE = 4
asyncio.run(Runner(Database(Path(sys.argv[1])), Path("/")).sync("tide"))
"""


def run_script_with(script: str, database: Path, calls: int) -> subprocess.CompletedProcess[str]:
    """Run a script that dies at this call of a function that writes; never, for 0."""
    return run(str(database), str(calls), env=environment(database), script=script)


def changed(workspace: Path) -> None:
    """Add, change and remove documents."""
    story = "# Changed\n\n> **Story:** US0002\n"
    write_workspace(workspace, {f"stories/US{n:04}-berth.md": story for n in range(1, 6)})
    write_workspace(workspace, {f"bugs/BG{n:04}.md": story for n in range(1, 10)})
    (workspace / "epics/EP0001.md").unlink()


@pytest.mark.parametrize("calls", [1, 4, 7, 9])
async def test_kill_in_the_middle(
    calls: int, harbour: Harbour, migrated: Path, migrated_once: Path, tmp_path: Path
) -> None:
    await harbour.sync()
    before = await harbour.rows()
    changed(harbour.workspace)
    ended = run_script_with(KILLED, migrated, calls)
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "halfway\n"), ended.stderr
    assert await harbour.rows() == before
    assert (await harbour.project()).sync_status == "syncing"
    report = await harbour.sync()  # at once: nobody holds the killed one's lock
    assert (report.added, report.changed, report.unchanged, report.removed) == (9, 5, 6, 1)
    empty = tmp_path / "empty.db"
    empty.write_bytes(migrated_once.read_bytes())
    assert await harbour.rows() == await rows_of_a_fresh_sync(empty, harbour.workspace)


async def test_lease_of_a_killed_process_ends_at_the_next_start(
    harbour: Harbour, migrated: Path
) -> None:
    assert run_script_with(KILLED, migrated, 1).returncode == -signal.SIGKILL
    assert (await harbour.project()).sync_status == "syncing"
    await harbour.runner.end_abandoned()
    assert (await harbour.project()).sync_status == "never_synced"


async def test_lease_of_a_living_process_lasts(
    harbour: Harbour, held: Held, migrated: Path
) -> None:
    await harbour.runner.start("tide")
    await held.reached()
    async with opened(migrated, harbour.workspace) as other:
        await other.runner.end_abandoned()
        assert (await other.project()).sync_status == "syncing"
        with pytest.raises(SyncInProgress):
            await other.sync()
    held.let_go()
    await harbour.runner.wait()
    assert (await harbour.sync()).unchanged == 12


async def test_lease_that_was_not_extended_ends_though_its_process_lives(
    harbour: Harbour, held: Held, migrated: Path
) -> None:
    await harbour.runner.start("tide")
    await held.reached()
    async with harbour.database.write() as session:
        await session.execute(text("UPDATE projects SET lease_ends_at = :past"), {"past": "2026"})
    async with opened(migrated, harbour.workspace) as other:
        await other.runner.start("tide")
        held.let_go()
        await other.runner.wait()
        assert len(await other.rows()) == 12


async def test_leases_end_by_their_time_where_there_are_no_locks(
    harbour: Harbour, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> bytes:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(fcntl, "fcntl", unsupported)
    assert run_script_with(KILLED, migrated, 1).returncode == -signal.SIGKILL
    await harbour.runner.end_abandoned()
    with pytest.raises(SyncInProgress):
        await harbour.sync()
    async with harbour.database.write() as session:
        await session.execute(text("UPDATE projects SET lease_ends_at = :past"), {"past": "2026"})
    assert (await harbour.sync()).added == 12


async def test_cancellation_in_the_middle(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harbour.sync()
    before = await harbour.rows()
    changed(harbour.workspace)
    halfway = asyncio.Event()

    async def wait(session: WriteSession, *arguments: object) -> None:
        halfway.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(apply, "remove_documents", wait)
        await harbour.runner.start("tide")
        await asyncio.wait_for(halfway.wait(), PATIENCE_SECONDS)
        await harbour.runner.close()
    assert await harbour.rows() == before
    project = await harbour.project()
    assert (project.sync_status, project.sync_error) == ("synced", None)
    async with harbour.database.read() as session:
        newest, *_ = await list_syncs(session, project.id)
    assert (newest.outcome, newest.message) == ("cancelled", "the service was stopped")
    assert (await harbour.sync()).removed == 1


async def test_few_bytes_are_stored_at_once(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    portions: list[list[int]] = []
    add = add_documents

    async def watch(session: WriteSession, rows: Any) -> None:
        portions.append([len(row["source"]) for row in rows[document_sources]])
        await add(session, rows)

    monkeypatch.setattr(apply, "add_documents", watch)
    monkeypatch.setattr(apply, "BYTES_AT_ONCE", 200)
    assert (await harbour.sync()).added == 12
    assert len(portions) > 1
    assert all(sum(sizes[:-1]) < 200 for sizes in portions)


async def test_failure_in_the_middle(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    await harbour.sync()
    before = await harbour.rows()
    changed(harbour.workspace)

    async def fail(session: WriteSession, *arguments: object) -> None:
        raise ZeroDivisionError("internal detail")

    with monkeypatch.context() as patch:
        patch.setattr(apply, "remove_documents", fail)
        report = await harbour.sync()
    assert report.outcome == "error"
    assert report.message == "an unexpected error, see the service's log"
    assert await harbour.rows() == before
    assert (await harbour.sync()).removed == 1


async def test_two_at_once_in_two_processes(harbour: Harbour, migrated: Path) -> None:
    await harbour.runner.start("tide")
    ended = run_script_with(KILLED, migrated, 0)
    assert ended.returncode == 1
    assert "SyncInProgress: project 'tide' is being synced already" in ended.stderr
    await harbour.runner.wait()
    assert len(await harbour.rows()) == 12


async def test_the_lease_lasts_for_as_long_as_the_rows_take_to_write(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[str | None] = []

    async def seen(session: WriteSession, *arguments: Any) -> tuple[int, int, dict[str, str]]:
        ends.append((await get_project(session, "tide")).lease_ends_at)
        return await apply.apply(session, *arguments)

    begin = stamp(now() + timedelta(seconds=LEASE_SECONDS + 12 * 64))
    monkeypatch.setattr(sync_run, "SLOWEST_DOCUMENTS_A_SECOND", 1 / 64)
    monkeypatch.setattr(sync_run, "apply", seen)
    assert (await harbour.sync()).added == 12
    (end,) = ends
    assert end
    assert begin <= end <= stamp(now() + timedelta(seconds=LEASE_SECONDS + 12 * 64))

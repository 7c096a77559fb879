"""Changes between the snapshot of a workspace and the reading of its documents."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from support.syncing import Harbour, failed

from sdlc_lens.db.database import WriteSession
from sdlc_lens.queries.ingest import add_documents
from sdlc_lens.sources import folder, walk
from sdlc_lens.sync import apply

pytestmark = pytest.mark.anyio

FIRST = "stories/US0001-berth.md"


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Lets something happen once, just before a file below the root is read to be stored."""

    monkeypatch.setattr(folder, "MOST_KEPT_BYTES", 0)

    def arrange(name: str, happen: Callable[[], object]) -> None:
        pending, read = [happen], walk.read_in

        def reading(root: Path, read_now: str) -> bytes:
            if read_now == name and pending:
                pending.pop()()
            return read(root, read_now)

        monkeypatch.setattr(folder, "read_in", reading)

    return arrange


Meanwhile = Callable[[str, Callable[[], object]], None]


async def test_new_file_that_vanishes_before_it_is_stored(
    harbour: Harbour, meanwhile: Meanwhile
) -> None:
    meanwhile(FIRST, (harbour.workspace / FIRST).unlink)
    report = await harbour.sync()
    assert (failed(report), report.added) == ([], 11)
    assert FIRST not in await harbour.paths()


async def test_changed_file_that_vanishes_before_it_is_stored(
    harbour: Harbour, meanwhile: Meanwhile
) -> None:
    await harbour.sync()
    before = await harbour.rows()
    (harbour.workspace / FIRST).write_text("# Changed")
    meanwhile(FIRST, (harbour.workspace / FIRST).unlink)
    report = await harbour.sync()
    assert (failed(report), report.changed, report.removed) == ([], 0, 0)
    assert await harbour.rows() == before
    assert (await harbour.sync()).removed == 1


async def test_file_that_changes_before_it_is_stored(
    harbour: Harbour, meanwhile: Meanwhile
) -> None:
    meanwhile(FIRST, lambda: (harbour.workspace / FIRST).write_text("# Newer"))
    assert (await harbour.sync()).added == 12
    assert b"# Newer" in next(row for row in await harbour.rows() if row[0] == FIRST)
    assert (await harbour.sync()).unchanged == 12


async def test_folder_that_vanishes_before_it_is_stored(
    harbour: Harbour, meanwhile: Meanwhile
) -> None:
    meanwhile(FIRST, lambda: shutil.rmtree(harbour.workspace))
    report = await harbour.sync()
    assert (report.outcome, report.added) == ("error", 0)
    assert "has gone while it was read" in (report.message or "")
    assert await harbour.rows() == []


async def test_folder_that_vanishes_while_other_documents_are_stored(
    harbour: Harbour, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Event()

    def vanish() -> None:
        shutil.rmtree(harbour.workspace)
        gone.set()

    async def store_late(session: WriteSession, rows: Any) -> None:
        assert await asyncio.to_thread(gone.wait, 10), "nothing was read meanwhile"
        await add_documents(session, rows)

    paths = sorted(
        str(path.relative_to(harbour.workspace))
        for path in harbour.workspace.rglob("*.md")
        if path.name != "_index.md"
    )
    monkeypatch.setattr(apply, "DOCUMENTS_AT_ONCE", paths.index(FIRST))
    monkeypatch.setattr(apply, "add_documents", store_late)
    meanwhile(FIRST, vanish)
    report = await harbour.sync()
    assert (report.outcome, report.added) == ("error", 0)
    assert "has gone while it was read" in (report.message or "")
    assert await harbour.rows() == []

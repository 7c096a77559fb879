"""Faults of a workspace are reported, lose nothing stored, and end when they are fixed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.syncing import Harbour, failed
from support.workspaces import write_workspace

from sdlc_lens.queries.projects import change_project
from sdlc_lens.queries.syncs import Sync, list_syncs
from sdlc_lens.sources import walk

pytestmark = pytest.mark.anyio

FIRST = "stories/US0001-berth.md"


async def reports(harbour: Harbour) -> list[Sync]:
    async with harbour.database.read() as session:
        return await list_syncs(session, (await harbour.project()).id)


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Names that cannot be opened: permissions stop no root, as whom the build's tests run."""
    refused: set[str] = set()
    opened = os.open

    def deny(path: str | Path, *arguments: int, **options: int) -> int:
        if str(path) in refused:
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *arguments, **options)

    monkeypatch.setattr(os, "open", deny)
    yield refused
    monkeypatch.undo()


async def test_unreadable_file_is_reported_and_stays(harbour: Harbour, refuse: set[str]) -> None:
    await harbour.sync()
    before = await harbour.rows()
    refuse.add("US0001-berth.md")
    (harbour.workspace / FIRST).write_text("# Changed")
    write_workspace(harbour.workspace, {"prd.md": "# New"})
    report = await harbour.sync()
    assert failed(report) == [FIRST]
    assert "chmod" in report.failures[0].reason
    assert (report.added, report.changed, report.removed) == (1, 0, 0)
    assert [row for row in await harbour.rows() if row[0] != "prd.md"] == before
    assert any(FIRST in warning for warning in (await harbour.project()).warnings)
    refuse.clear()
    report = await harbour.sync()
    assert (failed(report), report.changed) == ([], 1)
    assert (await harbour.project()).warnings == (await harbour.project()).warnings[:1]


async def test_unreadable_folder_is_not_an_empty_one(harbour: Harbour, refuse: set[str]) -> None:
    await harbour.sync()
    before = await harbour.rows()
    refuse.add("stories")
    report = await harbour.sync()
    assert failed(report) == ["stories"]
    assert await harbour.rows() == before
    assert (await harbour.project()).sync_status == "synced"


async def test_names_and_contents_that_are_not_utf8(harbour: Harbour) -> None:
    (harbour.workspace / os.fsdecode(b"caf\xe9.md")).write_bytes(b"# Caf\xe9\n\nA tide\xff\n")
    await harbour.sync()
    (row,) = [row for row in await harbour.rows() if row[1] == "other"]
    assert (row[0], row[4]) == ("caf\\xe9.md", "Caf\ufffd")
    assert b"# Caf\xe9\n\nA tide\xff\n" in row
    assert (await harbour.sync()).unchanged == 13
    shutil.copy(harbour.workspace / FIRST, harbour.workspace / "caf\\xe9.md")
    report = await harbour.sync()
    assert failed(report) == ["caf\\xe9.md"]
    assert len(await harbour.rows()) == 13


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\0",
        b"# Tide\0Gauge\n\n> **Status:** Do\0ne\n\n\0\0US0001\0",
        b"\xff\xfe#\0 \0T\0",
        b"# T\n\n" + b"x " * (1 << 16),
        b"# " + b"T" * (1 << 17),
        b"# T\n> **Owner:** " + b"o" * (1 << 17),
        b"# T\n" + b"> **K:** v\n" * 2000,
        b"\r" * 20_000,
    ],
    ids=["empty", "nul", "nuls", "utf-16", "long line", "long title", "long value", "block", "cr"],
)
async def test_any_content_is_a_document(source: bytes, harbour: Harbour) -> None:
    (harbour.workspace / "odd.md").write_bytes(source)
    report = await harbour.sync()
    assert (report.outcome, report.added, report.failed) == ("synced", 13, 0)
    assert source in next(row for row in await harbour.rows() if row[0] == "odd.md")
    assert (await harbour.sync()).unchanged == 13


async def test_large_file_is_a_finding(harbour: Harbour) -> None:
    await harbour.sync()
    before = await harbour.rows()
    with (harbour.workspace / FIRST).open("ab") as file:
        file.truncate(walk.MAX_DOCUMENT_BYTES + 1)
    report = await harbour.sync()
    assert failed(report) == [FIRST]
    assert report.failures[0].reason == "it is larger than 5 MB"
    assert await harbour.rows() == before


@contextmanager
def written_to(path: Path, times: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While it is read, the file becomes longer, this many times."""
    left = [times]
    stat = os.fstat

    def look(descriptor: int) -> os.stat_result:
        facts = stat(descriptor)
        if left[0] and facts.st_ino == path.stat().st_ino:
            left[0] -= 1
            path.write_bytes(path.read_bytes() + b"more\n")
        return facts

    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", look)
        yield


async def test_file_that_changes_while_it_is_read(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = harbour.workspace / FIRST
    with written_to(path, 2, monkeypatch):
        assert failed(await harbour.sync()) == []
    assert path.read_bytes() in next(row for row in await harbour.rows() if row[0] == FIRST)
    before = await harbour.rows()
    with written_to(path, 100, monkeypatch):
        report = await harbour.sync()
    assert failed(report) == [FIRST]
    assert "being written to" in report.failures[0].reason
    assert await harbour.rows() == before
    assert (await harbour.sync()).changed == 1


async def test_vanished_folder_is_an_error_even_if_confirmed(harbour: Harbour) -> None:
    await harbour.sync()
    before = await harbour.rows()
    shutil.rmtree(harbour.workspace)
    for confirmed in (False, True):
        report = await harbour.sync(confirmed=confirmed)
        assert (report.outcome, report.removed) == ("error", 0)
        assert "does not exist" in (report.message or "")
        assert await harbour.rows() == before
        assert (await harbour.project()).sync_error == report.message


async def test_folder_that_vanishes_while_it_is_read(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harbour.sync()
    before = await harbour.rows()
    read = walk.Found.read

    def vanish(found: walk.Found) -> bytes:
        source = read(found)
        if found.path.startswith("stories/US0010"):
            shutil.rmtree(harbour.workspace)
        return source

    monkeypatch.setattr(walk.Found, "read", vanish)
    report = await harbour.sync()
    assert (report.outcome, report.removed) == ("error", 0)
    assert await harbour.rows() == before


@pytest.mark.parametrize("left", [0, 1])
async def test_nine_tenths_gone_are_held_back(left: int, harbour: Harbour) -> None:
    first = await harbour.sync()
    before, revision = await harbour.rows(), (await harbour.project()).revision
    stories = sorted(harbour.workspace.rglob("*.md"))
    for story in stories[left:]:
        story.unlink()
    report = await harbour.sync()
    assert (report.outcome, report.removed, report.revision) == ("held_back", 0, revision)
    assert f"{12 - left} of 12" in (report.message or "")
    assert "?confirm=true" in (report.message or "")
    assert report.held_back
    assert report.held_back.count == len(report.held_back.paths) == 12 - left
    assert await reports(harbour) == [report, first]
    assert await harbour.rows() == before
    project = await harbour.project()
    assert (project.sync_status, project.sync_error) == ("error", report.message)
    report = await harbour.sync(confirmed=True)
    assert (report.outcome, report.removed) == ("synced", 12 - left)
    assert len(await harbour.rows()) == left
    assert (await harbour.project()).sync_error is None


async def test_another_folder_is_not_held_back(harbour: Harbour, tmp_path: Path) -> None:
    await harbour.sync()
    other = write_workspace(tmp_path / "other", {"prd.md": "# Another"})
    async with harbour.database.write() as session:
        await change_project(session, "tide", {"sdlc_path": str(other)})
    report = await harbour.sync()
    assert (report.outcome, report.added, report.removed) == ("synced", 1, 12)
    (other / "prd.md").unlink()
    assert (await harbour.sync()).outcome == "held_back"


async def test_first_hundred_of_what_is_held_back_are_named(harbour: Harbour) -> None:
    bugs = {f"bugs/BG{number:04}.md": "# Bug" for number in range(150)}
    write_workspace(harbour.workspace, bugs)
    await harbour.sync()
    shutil.rmtree(harbour.workspace / "bugs")
    report = await harbour.sync()
    assert report.held_back
    assert report.held_back.count == 150
    assert report.held_back.paths == tuple(sorted(bugs)[:100])


async def test_empty_folder_of_a_new_project_is_synced(harbour: Harbour) -> None:
    shutil.rmtree(harbour.workspace)
    harbour.workspace.mkdir()
    report = await harbour.sync()
    assert (report.outcome, report.added) == ("synced", 0)


async def test_moved_documents_do_not_count_as_removed(harbour: Harbour) -> None:
    await harbour.sync()
    shutil.move(harbour.workspace / "stories", harbour.workspace / "archive" / "stories")
    report = await harbour.sync()
    assert (report.outcome, report.added, report.removed) == ("synced", 11, 11)
    assert await harbour.targets("archive/" + FIRST) == [("epic", "EP0001")]

"""After any edits and syncs, the database equals that of a first sync."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as any_of
from support.syncing import Harbour, opened, rows_of_a_fresh_sync
from support.workspaces import write_workspace

from sdlc_lens.queries.syncs import Sync

PATHS = any_of.sampled_from(
    [
        "prd.md",
        "PRD.MD",
        "epics/EP0001-tide.md",
        "stories/US0001-one.md",
        "stories/US-01JQK3F8-two.md",
        "stories/archive/us0001-one.md",
        "stories/_index.md",
        "decisions/rfc0009-ws4.md",
        ".local/private.md",
        os.fsdecode(b"caf\xe9.md"),
        "notes.txt",
    ]
)
CONTENTS = any_of.one_of(
    any_of.binary(max_size=20),
    any_of.sampled_from(["Done", "moored well", "Draft"]).map(
        lambda status: f"# US0001: T\n\n> **Status:** {status}\n> **Epic:** EP0001\n".encode()
    ),
    any_of.just(b"# T\n\n> **Aliases:** US0001, CR-0003\n> **Depends on:** US0001\n\nSee EP0001."),
)
SETTINGS = any_of.sampled_from(
    [b"schema_version: 3", b"status_vocab: {story: [Moored Well]}", b"{", b""]
)
NUMBERS = any_of.integers(0, 9)
Edit = Callable[[Path, list[Path]], None]


def write(path: str, content: bytes) -> Edit:
    def edit(workspace: Path, _: list[Path]) -> None:
        write_workspace(workspace, {path: content})

    return edit


def rewrite(number: int, content: bytes) -> Edit:
    def edit(_: Path, files: list[Path]) -> None:
        if files:
            files[number % len(files)].write_bytes(content)

    return edit


def remove(number: int) -> Edit:
    def edit(_: Path, files: list[Path]) -> None:
        if files:
            files[number % len(files)].unlink()

    return edit


def move(number: int, path: str) -> Edit:
    def edit(workspace: Path, files: list[Path]) -> None:
        if files:
            write_workspace(workspace, {path: b""})
            files[number % len(files)].rename(workspace / path)

    return edit


EDITS = any_of.one_of(
    any_of.builds(write, PATHS, CONTENTS),
    any_of.builds(rewrite, NUMBERS, CONTENTS),
    any_of.builds(remove, NUMBERS),
    any_of.builds(move, NUMBERS, PATHS),
    any_of.builds(write, any_of.just(".config.yaml"), SETTINGS),
)


async def sync(harbour: Harbour) -> Sync:
    report = await harbour.sync()
    if report.outcome == "held_back":
        report = await harbour.sync(confirmed=True)
    assert (report.outcome, report.failed) == ("synced", 0)
    return report


async def edit_and_sync(folder: Path, rounds: list[list[Edit]]) -> None:
    workspace = write_workspace(folder / "tide", {})
    async with opened(folder / "lens.db", workspace) as harbour:
        await harbour.add()
        for edits in rounds:
            for edit in edits:
                edit(workspace, sorted(path for path in workspace.rglob("*") if path.is_file()))
            report = await sync(harbour)
        rows = await harbour.rows()
        assert rows == await rows_of_a_fresh_sync(folder / "empty.db", workspace)
        assert report.added + report.changed + report.unchanged == len(rows)
        again = await sync(harbour)
        assert (again.added, again.changed, again.removed) == (0, 0, 0)
        assert again.revision == report.revision


@given(any_of.lists(any_of.lists(EDITS, min_size=1, max_size=5), min_size=2, max_size=4))
@settings(max_examples=16)
def test_any_edits_then_a_sync_equal_a_fresh_sync(
    migrated_once: Path, rounds: list[list[Edit]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("lens.db", "empty.db"):
            shutil.copy(migrated_once, Path(folder, name))
        asyncio.run(edit_and_sync(Path(folder), rounds))

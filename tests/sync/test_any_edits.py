"""After any edits and syncs, the database equals that of a first sync."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as any_of
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from support.syncing import Harbour, rows_of_a_fresh_sync
from support.workspaces import write_workspace

from sdlc_lens.db.database import Database
from sdlc_lens.queries.syncs import Sync
from sdlc_lens.sync.runner import Runner

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


class Edits(RuleBasedStateMachine):
    """A workspace that is edited at random, and synced now and then."""

    empty: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.loop = asyncio.Runner()
        shutil.copy(self.empty, self.folder / "empty.db")
        shutil.copy(self.empty, self.folder / "lens.db")
        database = Database(self.folder / "lens.db")
        workspace = write_workspace(self.folder / "tide", {})
        self.harbour = Harbour(database, Runner(database, Path("/")), workspace)
        self.await_(self.harbour.add())

    def await_[Result](self, work: Coroutine[object, object, Result]) -> Result:
        return self.loop.run(work)

    @rule(path=PATHS, content=CONTENTS)
    def write(self, path: str, content: bytes) -> None:
        write_workspace(self.harbour.workspace, {path: content})

    @rule(path=PATHS)
    def remove(self, path: str) -> None:
        (self.harbour.workspace / path).unlink(missing_ok=True)

    @rule(path=PATHS, place=PATHS)
    def move(self, path: str, place: str) -> None:
        if (self.harbour.workspace / path).is_file():
            write_workspace(self.harbour.workspace, {place: b""})
            (self.harbour.workspace / path).rename(self.harbour.workspace / place)

    @rule(content=SETTINGS)
    def configure(self, content: bytes) -> None:
        write_workspace(self.harbour.workspace, {".config.yaml": content})

    @rule()
    def sync(self) -> None:
        self.synced()

    def synced(self) -> Sync:
        report = self.await_(self.harbour.sync())
        if report.outcome == "held_back":
            report = self.await_(self.harbour.sync(confirmed=True))
        assert (report.outcome, report.failed) == ("synced", 0)
        return report

    def teardown(self) -> None:
        report = self.synced()
        rows = self.await_(self.harbour.rows())
        fresh = rows_of_a_fresh_sync(self.folder / "empty.db", self.harbour.workspace)
        assert rows == self.await_(fresh)
        assert report.added + report.changed + report.unchanged == len(rows)
        again = self.await_(self.harbour.sync())
        assert (again.added, again.changed, again.removed) == (0, 0, 0)
        assert again.revision == report.revision
        self.await_(self.harbour.database.close())
        self.loop.close()
        shutil.rmtree(self.folder)


def test_any_edits_then_a_sync_equal_a_fresh_sync(migrated_once: Path) -> None:
    class Here(Edits):
        empty = migrated_once

    run_state_machine_as_test(Here, settings=settings(max_examples=10, stateful_step_count=12))

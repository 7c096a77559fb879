"""A workspace, a database and the syncs between them."""

import asyncio
import json
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import Database
from sdlc_lens.queries.projects import Project, add_project, get_project, get_project_id
from sdlc_lens.queries.syncs import Sync, list_syncs
from sdlc_lens.sources.folder import read_folder
from sdlc_lens.sources.snapshot import Snapshot
from sdlc_lens.sync import sync as run
from sdlc_lens.sync.runner import Runner
from support.processes import PATIENCE_SECONDS

# Everything that a sync stores of a document, but for times and numbers that tell nothing.
ROWS = """
SELECT path, type, doc_id, ref, title, status, owner, priority, story_points, epic, story, metadata,
       blob_id, parsed_by, content_start, content_length, severity, criteria_counts, criteria,
       records_verification, is_unproven,
       (SELECT source FROM document_sources WHERE document_id = documents.id),
       (SELECT json_group_array(json_array(ref, own)) FROM
           (SELECT ref, own FROM document_refs WHERE document_id = documents.id ORDER BY ref)),
       (SELECT json_group_array(json_array(position, relation, target, path, candidate)) FROM
           (SELECT * FROM document_links WHERE document_id = documents.id ORDER BY position))
FROM documents ORDER BY path
"""
STRAYS = """
SELECT count(*) FROM (SELECT document_id FROM document_refs UNION ALL
                      SELECT document_id FROM document_sources UNION ALL
                      SELECT document_id FROM document_links)
WHERE document_id NOT IN (SELECT id FROM documents)
"""
INDEX = "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)"


@dataclass(frozen=True)
class Harbour:
    """The project called `tide`, which reads the workspace."""

    database: Database
    runner: Runner
    workspace: Path

    async def add(self) -> None:
        """Register the project."""
        async with self.database.write() as session:
            await add_project(session, "tide", "Tide", str(self.workspace))

    async def sync(self, trigger: str = "manual", *, confirmed: bool = False) -> Sync:
        """Sync it to the end."""
        return await self.runner.sync("tide", trigger, confirmed=confirmed)

    async def project(self) -> Project:
        """The project as it stands."""
        async with self.database.read() as session:
            return await get_project(session, "tide")

    async def rows(self) -> list[tuple[object, ...]]:
        """What is stored of its documents, after a check that index and references fit."""
        async with self.database.write() as session:
            await session.execute(text(INDEX))
            assert not await session.scalar(text(STRAYS))
        async with self.database.read() as session:
            return [tuple(row) for row in await session.run(rows, ROWS, {})]

    async def paths(self) -> list[str]:
        """The paths of its documents."""
        return [str(row[0]) for row in await self.rows()]

    async def targets(self, path: str) -> list[tuple[str, str]]:
        """What one of its documents points at."""
        (row,) = [row for row in await self.rows() if row[0] == path]
        return [(relation, target) for _, relation, target, *_ in json.loads(str(row[-1]))]


@asynccontextmanager
async def opened(path: Path, workspace: Path) -> AsyncIterator[Harbour]:
    """The project in the database file at PATH."""
    database = Database(path)
    harbour = Harbour(database, Runner(database, Path("/")), workspace)
    try:
        yield harbour
    finally:
        await harbour.runner.close()
        await database.close()


async def rows_of_a_fresh_sync(empty: Path, workspace: Path) -> list[tuple[object, ...]]:
    """What the first sync of a workspace stores, in a copy of the EMPTY database."""
    path = empty.with_name("fresh.db")
    shutil.copy(empty, path)
    async with opened(path, workspace) as harbour:
        await harbour.add()
        assert (await harbour.sync()).outcome == "synced"
        return await harbour.rows()


async def follow(harbour: Harbour) -> None:
    """Let every project follow its folder."""
    async with harbour.database.write() as session:
        await session.execute(text("UPDATE projects SET auto_sync = 1"))


async def outcomes(harbour: Harbour, slug: str = "tide") -> list[tuple[str, str]]:
    async with harbour.database.read() as session:
        reports = await list_syncs(session, await session.run(get_project_id, slug))
    return [(report.trigger, report.outcome) for report in reversed(reports)]


def failed(report: Sync) -> list[str]:
    """The paths that a sync which ended well could not read."""
    assert report.outcome == "synced"
    assert report.failed == len(report.failures)
    assert all(failure.reason for failure in report.failures)
    return [failure.path for failure in report.failures]


class Held:
    """A source that is read when it is let go, in a thread as the real one is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._asked = threading.Event()
        self._free = threading.Event()
        monkeypatch.setattr(run, "read_folder", self)

    def __call__(self, *arguments: Any) -> Snapshot:
        self._asked.set()
        assert self._free.wait(PATIENCE_SECONDS), "nobody let the source go"
        return read_folder(*arguments)

    async def reached(self) -> None:
        """Wait until a sync asks for the source."""
        assert await asyncio.to_thread(self._asked.wait, PATIENCE_SECONDS)

    def let_go(self) -> None:
        """Release the source: reads of it return from now on."""
        self._free.set()

"""Sync reports."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from math import inf

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.db.tables import sync_durations, syncs

KEPT = 50
MOST_NAMED = 100
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""The bounds by which durations are counted."""


@dataclass(frozen=True)
class Failure:
    """A file or folder that could not be read, and the reason; its stored documents stay."""

    path: str
    reason: str


@dataclass(frozen=True)
class HeldBack:
    """A deletion that waits for confirmation: how many documents, and the first hundred paths."""

    count: int
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Sync:
    """One run. `failed` counts all failures, of which `failures` names the first hundred.

    `code` is that of the error which ended it.
    """

    trigger: str
    started_at: str
    finished_at: str
    outcome: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0
    failures: tuple[Failure, ...] = ()
    message: str | None = None
    revision: int = 0
    held_back: HeldBack | None = None
    code: str | None = None


_SHOWN = [field.name for field in fields(Sync)]
_NEWEST = f"""
SELECT {", ".join(_SHOWN)} FROM syncs WHERE project_id = :project_id
ORDER BY id DESC LIMIT :limit
"""
_NEWEST_OF_ALL = f"""
SELECT project_id, {", ".join(_SHOWN)} FROM syncs
WHERE id IN (SELECT max(id) FROM syncs GROUP BY project_id)
"""


async def add_sync(session: WriteSession, project_id: int, sync: Sync) -> None:
    """Store a report, and count it; only a project's last fifty are kept, the counts for ever."""
    row = asdict(replace(sync, failures=sync.failures[:MOST_NAMED]))
    await session.execute(insert(syncs), row | {"project_id": project_id})
    newest = select(syncs.c.id).where(syncs.c.project_id == project_id)
    kept = newest.order_by(syncs.c.id.desc()).limit(KEPT)
    older = (syncs.c.project_id == project_id) & syncs.c.id.not_in(kept)
    await session.execute(delete(syncs).where(older))
    began, ended = map(datetime.fromisoformat, (sync.started_at, sync.finished_at))
    seconds = (ended - began).total_seconds()
    count = upsert(sync_durations).values(
        project_id=project_id,
        outcome=sync.outcome,
        at_most=next((bound for bound in SECONDS if seconds <= bound), inf),
        syncs=1,
        seconds=seconds,
    )
    await session.execute(
        count.on_conflict_do_update(
            index_elements=sync_durations.primary_key.columns,
            set_={
                "syncs": sync_durations.c.syncs + 1,
                "seconds": sync_durations.c.seconds + count.excluded.seconds,
            },
        )
    )


async def list_syncs(session: ReadSession, project_id: int) -> list[Sync]:
    """The reports on a project, the newest first."""
    found = await session.run(rows, _NEWEST, {"project_id": project_id, "limit": KEPT})
    return [_sync(row) for row in found]


async def last_sync(session: ReadSession, project_id: int) -> Sync | None:
    """The newest report on a project."""
    found = await session.run_here(rows, _NEWEST, {"project_id": project_id, "limit": 1})
    return _sync(found[0]) if found else None


async def last_syncs(session: ReadSession) -> Mapping[int, Sync]:
    """The newest report on each project, by the project's id."""
    return {row["project_id"]: _sync(row) for row in await session.run(rows, _NEWEST_OF_ALL, {})}


def _sync(row: sqlite3.Row) -> Sync:
    values = {name: row[name] for name in _SHOWN}
    values["failures"] = tuple(Failure(**failure) for failure in json.loads(row["failures"]))
    if row["held_back"]:
        held_back = json.loads(row["held_back"])
        values["held_back"] = HeldBack(held_back["count"], tuple(held_back["paths"]))
    return Sync(**values)

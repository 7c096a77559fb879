"""Queries for /metrics."""

from dataclasses import dataclass

from sdlc_lens.db.connection import rows
from sdlc_lens.db.readers import ReadSession

_HELD = """
SELECT slug AS project, type, count(type) AS count
FROM projects LEFT JOIN documents ON project_id = projects.id GROUP BY slug, type
"""
_DURATIONS = """
SELECT slug AS project, outcome, at_most, syncs, seconds
FROM sync_durations JOIN projects ON id = project_id ORDER BY slug, outcome, at_most
"""
_ENDED = """
SELECT slug AS project, outcome, started_at, finished_at
FROM syncs JOIN projects ON projects.id = project_id
WHERE syncs.id IN (SELECT max(id) FROM syncs GROUP BY project_id)
"""


@dataclass(frozen=True)
class Held:
    """How many documents of a type a project has; without any, the type is null and the count 0."""

    project: str
    type: str | None
    count: int


@dataclass(frozen=True)
class Durations:
    """The syncs of a project that ended so and took AT_MOST so many seconds, but more than the
    next lower bound; `seconds` is their sum.
    """

    project: str
    outcome: str
    at_most: float
    syncs: int
    seconds: float


@dataclass(frozen=True)
class Ended:
    """The last sync of a project."""

    project: str
    outcome: str
    started_at: str
    finished_at: str


async def documents_held(session: ReadSession) -> list[Held]:
    """The documents of every project by type."""
    return [Held(**row) for row in await session.run(rows, _HELD, {})]


async def durations_of_syncs(session: ReadSession) -> list[Durations]:
    """Every sync since its project was added, in order of project, outcome and bound."""
    return [Durations(**row) for row in await session.run(rows, _DURATIONS, {})]


async def last_syncs_ended(session: ReadSession) -> list[Ended]:
    """The newest report on each project."""
    return [Ended(**row) for row in await session.run(rows, _ENDED, {})]

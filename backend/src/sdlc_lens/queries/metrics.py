"""Queries for those who watch the service."""

from dataclasses import dataclass

from sqlalchemy import func, select

from sdlc_lens.db.database import ReadSession
from sdlc_lens.db.tables import documents, projects, sync_durations, syncs


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
    query = (
        select(projects.c.slug, documents.c.type, func.count(documents.c.type))
        .outerjoin_from(projects, documents)
        .group_by(projects.c.slug, documents.c.type)
    )
    return [Held(*row) for row in await session.execute(query)]


async def durations_of_syncs(session: ReadSession) -> list[Durations]:
    """Every sync since its project was added, in order of project, outcome and bound."""
    bounds = sync_durations.c
    query = (
        select(projects.c.slug, bounds.outcome, bounds.at_most, bounds.syncs, bounds.seconds)
        .join_from(sync_durations, projects)
        .order_by(projects.c.slug, bounds.outcome, bounds.at_most)
    )
    return [Durations(*row) for row in await session.execute(query)]


async def last_syncs_ended(session: ReadSession) -> list[Ended]:
    """The newest report on each project."""
    newest = select(func.max(syncs.c.id)).group_by(syncs.c.project_id)
    query = (
        select(projects.c.slug, syncs.c.outcome, syncs.c.started_at, syncs.c.finished_at)
        .join_from(syncs, projects)
        .where(syncs.c.id.in_(newest))
    )
    return [Ended(*row) for row in await session.execute(query)]

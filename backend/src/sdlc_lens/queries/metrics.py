"""Queries for those who watch the service."""

from dataclasses import dataclass

from sqlalchemy import func, select

from sdlc_lens.db.database import ReadSession
from sdlc_lens.db.tables import documents, projects, syncs


@dataclass(frozen=True)
class Held:
    """How many documents of a type a project has; without any, the type is null and the count 0."""

    project: str
    type: str | None
    count: int


@dataclass(frozen=True)
class Ended:
    """A sync that is over."""

    id: int
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


async def syncs_ended(session: ReadSession, since: str) -> list[Ended]:
    """The kept reports on syncs that ended at that time or later."""
    columns = (
        syncs.c.id,
        projects.c.slug,
        syncs.c.outcome,
        syncs.c.started_at,
        syncs.c.finished_at,
    )
    query = select(*columns).join_from(syncs, projects).where(syncs.c.finished_at >= since)
    return [Ended(*row) for row in await session.execute(query)]

"""The lease that a running sync holds on its project."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select, update

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.db.tables import projects
from sdlc_lens.queries.projects import unknown_project

LEASE_SECONDS = 30

IsHeld = Callable[[str], bool | None]
"""Whether the process that took a lease lives; None when that cannot be known."""

_LEASE = "SELECT lease, lease_ends_at FROM projects WHERE slug = :slug"


async def is_leased(session: ReadSession, slug: str, is_held: IsHeld) -> bool:
    """Whether a sync holds the project called SLUG: its lease runs, and its process lives."""
    found = await session.run(rows, _LEASE, {"slug": slug})
    if not found:
        raise unknown_project(slug)
    lease, ends_at = found[0]["lease"], found[0]["lease_ends_at"]
    runs = ends_at is not None and ends_at > stamp(now())
    return runs and is_held(lease) is not False


async def get_leases(session: ReadSession) -> list[str]:
    """Every lease, also those that have ended."""
    query = "SELECT lease FROM projects WHERE lease IS NOT NULL"
    return [row["lease"] for row in await session.run(rows, query, {})]


async def take_lease(session: WriteSession, slug: str, lease: str, is_held: IsHeld) -> bool:
    """Mark the project called SLUG as being synced; False when another sync holds it."""
    if await is_leased(session, slug, is_held):
        return False
    values = {"lease": lease, "lease_ends_at": _lease_end(now())}
    await session.execute(update(projects).where(projects.c.slug == slug).values(values))
    return True


async def leased_revision(session: WriteSession, lease: str) -> int | None:
    """The revision of the project that the lease holds; None when the lease was lost."""
    query = select(projects.c.revision).where(projects.c.lease == lease)
    found: int | None = await session.scalar(query)
    return found


async def extend_lease(session: WriteSession, lease: str) -> bool:
    """Hold the project for LEASE_SECONDS from now; False when the lease was lost."""
    return await _change_leased(session, lease, {"lease_ends_at": _lease_end(now())})


async def extend_leases(session: WriteSession, more_seconds: int) -> None:
    """Hold every project that is held for LEASE_SECONDS from now and for more."""
    moment = now()
    end = _lease_end(moment + timedelta(seconds=more_seconds))
    running = projects.c.lease_ends_at > stamp(moment), projects.c.lease_ends_at < end
    await session.execute(update(projects).where(*running).values(lease_ends_at=end))


async def give_back(session: WriteSession, lease: str, outcome: dict[str, object]) -> bool:
    """End the lease and store the sync's OUTCOME; False when the lease was lost."""
    return await _change_leased(session, lease, outcome | {"lease": None, "lease_ends_at": None})


async def _change_leased(session: WriteSession, lease: str, values: dict[str, object]) -> bool:
    result = await session.execute(
        update(projects).where(projects.c.lease == lease).values(values).returning(projects.c.id)
    )
    return result.first() is not None


def _lease_end(moment: datetime) -> str:
    return stamp(moment + timedelta(seconds=LEASE_SECONDS))

"""Health checks of projects, each computed once per revision."""

import asyncio
import logging
import sqlite3

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from sdlc_lens import memory
from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import Database, WriteSession
from sdlc_lens.domain.checks.corpus import Corpus
from sdlc_lens.domain.checks.report import Report, examine, from_text, to_text
from sdlc_lens.errors import Busy
from sdlc_lens.queries.checks import (
    Standing,
    get_standing,
    has_report,
    read_facts,
    store_report,
)

logger = logging.getLogger(__name__)


class HealthChecks:
    """The health checks in this process, one at a time; requests for the same one share it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()
        self._unkept: tuple[tuple[int, int], str] | None = None

    async def report(self, slug: str) -> Report:
        """The report on the project called SLUG as it was last synced, as of now."""
        async with self._database.read() as session:
            standing = await get_standing(session, slug)
        if standing.report is None:
            async with self._turn:
                standing, text = await self._made(slug)
        else:
            text = standing.report
        return from_text(text).as_of(standing.last_synced_at, now())

    async def _made(self, slug: str) -> tuple[Standing, str]:
        async with self._database.read() as session:
            standing = await get_standing(session, slug)
            if standing.report is not None:  # made while this one waited for its turn
                return standing, standing.report
            text = self._waiting(standing)
            if not text:
                text = await session.run(_examined, standing.project_id)
        await self._keep(slug, standing, text)
        await asyncio.to_thread(memory.release)
        return standing, text

    def _waiting(self, standing: Standing) -> str:
        """The report that was made last, if it is this one and not stored yet; else empty."""
        state, text = self._unkept or (None, "")
        return text if state == _state(standing) else ""

    async def _keep(self, slug: str, standing: Standing, text: str) -> None:
        """Store a report; if a sync is writing, keep it for the next request."""
        try:
            async with self._database.write(wait_seconds=0) as session:
                await store_report(session, standing.project_id, standing.revision, text)
            self._unkept = None
        except Busy:
            self._unkept = _state(standing), text
        except OperationalError as error:  # such as a full disk
            logger.warning("the health check of %s is not kept: %s", slug, error)


async def check(session: WriteSession, project_id: int, revision: int) -> None:
    """Compute and store the health check of a project's stored documents, unless it is stored.

    An error of a rule is logged; the next request then computes the check.
    """
    if await has_report(session, project_id, revision):
        return
    try:
        report = await session.run(_examined, project_id)
    except SQLAlchemyError:
        raise
    except Exception:
        logger.exception("the health check of project %d failed", project_id)
    else:
        await store_report(session, project_id, revision, report)


def _state(standing: Standing) -> tuple[int, int]:
    return standing.project_id, standing.revision


def _examined(connection: sqlite3.Connection, project_id: int) -> str:
    return to_text(examine(Corpus(read_facts(connection, project_id)), stamp(now())))

"""Health checks of projects, each made once for a synced state of the documents."""

import asyncio
import logging
from collections.abc import Sequence

from sqlalchemy.exc import OperationalError

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.health import FactsRow, Standing, facts, get_standing, read_facts, store_report
from sdlc_lens.db.session import Database
from sdlc_lens.domain.corpus import Corpus
from sdlc_lens.domain.health import Report, examine, from_text, is_stale, to_text

logger = logging.getLogger(__name__)


class HealthChecks:
    """The health checks in this process, one at a time: who asks for the same waits for it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()

    async def report(self, slug: str) -> Report:
        """The report on the project called SLUG as it was last synced, as of now."""
        async with self._database.read() as session:
            standing = await get_standing(session, slug)
        if standing.report is None:
            async with self._turn:
                standing, text = await self._made(slug)
        else:
            text = standing.report
        report = from_text(text)
        return report if is_stale(standing.last_synced_at, now()) else report.without_stale()

    async def _made(self, slug: str) -> tuple[Standing, str]:
        async with self._database.read() as session:
            standing = await get_standing(session, slug)
            if standing.report is not None:  # made while this one waited for its turn
                return standing, standing.report
            rows = await read_facts(session, standing.project_id)
        text = await asyncio.to_thread(_examined, rows)
        try:
            async with self._database.write() as session:
                await store_report(session, standing, text)
        except OperationalError as error:  # a long sync writes, or the disk is full
            logger.warning("the health check of %s is not kept: %s", slug, error)
        return standing, text


def _examined(rows: Sequence[FactsRow]) -> str:
    return to_text(examine(Corpus(map(facts, rows)), stamp(now())))

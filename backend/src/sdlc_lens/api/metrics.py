"""GET /metrics: what Prometheus collects."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from platform import python_version

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy.exc import DBAPIError

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import Database
from sdlc_lens.queries.metrics import Ended, Held, documents_held, syncs_ended

REQUEST_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SYNC_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

# The moment at which a counter began is of use to nobody here, and doubles the lines.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Info("sdlc_lens_build", "What runs.", registry=self.registry)
        build.info({"version": version, "python": python_version()})
        self.requests = Counter(
            "sdlc_lens_http_requests",
            "Requests by route template and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "sdlc_lens_http_request_duration_seconds",
            "Time to the end of the answer, by route template.",
            ["method", "route"],
            buckets=REQUEST_SECONDS,
            registry=self.registry,
        )
        self.database_up = Gauge(
            "sdlc_lens_database_up",
            "Whether the database could be read for this answer.",
            registry=self.registry,
        )
        self.stored = Stored(self.registry)

    async def refresh(self, database: Database) -> None:
        """Take over what the database says."""
        try:
            await self.stored.refresh(database)
        except DBAPIError:
            self.stored.forget()
            self.database_up.set(0)
        else:
            self.database_up.set(1)


class Stored:
    """The figures that are told from the database; a project that is gone has none."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._documents = Gauge(
            "sdlc_lens_documents",
            "Documents by project and type.",
            ["project", "type"],
            registry=registry,
        )
        self._syncs = Counter(
            "sdlc_lens_syncs",
            "Syncs by project and outcome, since the start.",
            ["project", "outcome"],
            registry=registry,
        )
        self._durations = Histogram(
            "sdlc_lens_sync_duration_seconds",
            "Duration of syncs by project and outcome, since the start.",
            ["project", "outcome"],
            buckets=SYNC_SECONDS,
            registry=registry,
        )
        self._began = stamp(now())
        self._counted: frozenset[Ended] = frozenset()
        self._projects: set[str] = set()
        self._turn = asyncio.Lock()

    async def refresh(self, database: Database) -> None:
        """Count what is stored now; a sync that another process ran counts as well."""
        async with self._turn:
            async with database.read() as session:
                held = await documents_held(session)
                ended = frozenset(await syncs_ended(session, self._began))
            self._hold(held)
            self._count(ended - self._counted)
            self._counted = ended
            self._forget_others({count.project for count in held})

    def forget(self) -> None:
        """Say nothing of documents: it would not be true any more."""
        self._documents.clear()

    def _hold(self, held: Iterable[Held]) -> None:
        self._documents.clear()
        for count in held:
            if count.type is not None:
                self._documents.labels(count.project, count.type).set(count.count)

    def _count(self, ended: Iterable[Ended]) -> None:
        for sync in ended:
            self._syncs.labels(sync.project, sync.outcome).inc()
            self._durations.labels(sync.project, sync.outcome).observe(_seconds(sync))

    def _forget_others(self, projects: set[str]) -> None:
        for project in self._projects - projects:
            self._syncs.remove_by_labels({"project": project})
            self._durations.remove_by_labels({"project": project})
        self._projects = projects


router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Everything that is counted, in Prometheus' text format."""
    found: Metrics = request.app.state.metrics
    await found.refresh(request.app.state.database)
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _seconds(sync: Ended) -> float:
    begun, over = map(datetime.fromisoformat, (sync.started_at, sync.finished_at))
    return (over - begun).total_seconds()

"""GET /metrics: what Prometheus collects."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from math import inf
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
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from sdlc_lens.db.database import Database
from sdlc_lens.queries.metrics import (
    Durations,
    Ended,
    Held,
    documents_held,
    durations_of_syncs,
    last_syncs_ended,
)
from sdlc_lens.queries.syncs import SECONDS as SYNC_SECONDS

REQUEST_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

# The creation time of each counter would double the lines.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The figures of one application, in a registry of its own."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Info("sdlc_lens_build", "Versions of service and Python.", registry=self.registry)
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
        self.stored = Stored()
        self.registry.register(self.stored)

    async def refresh(self, database: Database) -> None:
        """Read the figures that the database holds."""
        try:
            await self.stored.refresh(database)
        except DBAPIError:
            self.stored.forget()
            self.database_up.set(0)
        else:
            self.database_up.set(1)


class Stored(Collector):
    """The figures that the database holds; removed projects have none."""

    def __init__(self) -> None:
        self._held: list[Held] = []
        self._durations: list[Durations] = []
        self._last: list[Ended] = []

    async def refresh(self, database: Database) -> None:
        """Read the current figures; syncs of other processes are included."""
        async with database.read() as session:
            self._held = await documents_held(session)
            self._durations = await durations_of_syncs(session)
            self._last = await last_syncs_ended(session)

    def forget(self) -> None:
        """Report nothing, since the last figures may be out of date."""
        self._held, self._durations, self._last = [], [], []

    def collect(self) -> Iterator[Metric]:
        counts = GaugeMetricFamily(
            "sdlc_lens_documents", "Documents by project and type.", labels=["project", "type"]
        )
        for held in self._held:
            if held.type is not None:
                counts.add_metric([held.project, held.type], held.count)
        yield counts
        yield from self._ended_syncs()
        yield from self._last_syncs()

    def _ended_syncs(self) -> Iterator[Metric]:
        labels = ["project", "outcome"]
        syncs = CounterMetricFamily(
            "sdlc_lens_syncs", "Syncs by project and outcome.", labels=labels
        )
        durations = HistogramMetricFamily(
            "sdlc_lens_sync_duration_seconds",
            "Duration of syncs by project and outcome.",
            labels=labels,
        )
        for key, group in groupby(self._durations, lambda one: (one.project, one.outcome)):
            found = {one.at_most: one for one in group}
            total, buckets = 0, []
            for bound in (*SYNC_SECONDS, inf):
                total += found[bound].syncs if bound in found else 0
                buckets.append(("+Inf" if bound == inf else str(float(bound)), float(total)))
            syncs.add_metric(key, total)
            durations.add_metric(key, buckets, sum(one.seconds for one in found.values()))
        yield from (syncs, durations)

    def _last_syncs(self) -> Iterator[Metric]:
        name, labels = "sdlc_lens_last_sync", ["project"]
        ended_at = GaugeMetricFamily(
            f"{name}_timestamp_seconds", "When the last sync ended.", labels=labels
        )
        duration = GaugeMetricFamily(
            f"{name}_duration_seconds", "How long the last sync took.", labels=labels
        )
        outcome = GaugeMetricFamily(
            f"{name}_outcome", "1 for the outcome of the last sync.", labels=["project", "outcome"]
        )
        for last in self._last:
            began, ended = map(datetime.fromisoformat, (last.started_at, last.finished_at))
            ended_at.add_metric([last.project], ended.timestamp())
            duration.add_metric([last.project], (ended - began).total_seconds())
            outcome.add_metric([last.project, last.outcome], 1)
        yield from (ended_at, duration, outcome)


router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """All metrics in Prometheus' text format."""
    found: Metrics = request.app.state.metrics
    await found.refresh(request.app.state.database)
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

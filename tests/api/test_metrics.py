"""GET /metrics."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from sdlc_lens.clock import stamp
from sdlc_lens.main import create_app
from sdlc_lens.queries import syncs
from sdlc_lens.queries.projects import get_project_id
from sdlc_lens.queries.syncs import Sync, add_sync
from sdlc_lens.version import version

pytestmark = pytest.mark.anyio

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
async def synced(app: FastAPI, client: httpx.AsyncClient, workspace: Path) -> str:
    """The address of a project that was registered and synced over HTTP, and so is counted."""
    body = {"name": "Harbour", "source_type": "local", "sdlc_path": str(workspace)}
    assert (await client.post("/api/v1/projects", json=body)).status_code == 201
    assert (await client.post("/api/v1/projects/harbour/sync")).status_code == 202
    await app.state.runner.wait()
    return "/api/v1/projects/harbour"


async def scraped(client: httpx.AsyncClient) -> Figures:
    """Every sample by its name and labels."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def figure(figures: Figures, name: str, **labels: str) -> float | None:
    return figures.get((f"sdlc_lens_{name}", frozenset(labels.items())))


def labels(figures: Figures, name: str, label: str) -> set[str]:
    """The values of a label of one figure."""
    return {
        dict(pairs)[label]
        for found, pairs in figures
        if found == f"sdlc_lens_{name}" and label in dict(pairs)
    }


async def test_requests_by_route_and_status(client: httpx.AsyncClient, synced: str) -> None:
    for path in (synced, synced, "/api/v1/projects/nowhere", "/api/v1/nothing", "/livez"):
        await client.get(path)
    await client.head(f"{synced}/documents/")
    await client.request("BREW", synced)
    figures = await scraped(client)

    def count(route: str, status: str, method: str = "GET") -> float | None:
        return figure(figures, "http_requests_total", method=method, route=route, status=status)

    assert count("/api/v1/projects/{slug}", "200") == 2
    assert count("/api/v1/projects/{slug}", "404") == 1
    assert count("/api/v1/projects/{slug}/documents", "200") == 1
    assert count("/api/v1/projects/{slug}/sync", "202", "POST") == 1
    assert count("none", "404") == 1
    assert count("/livez", "200") == 1
    assert labels(figures, "http_requests_total", "method") == {"GET", "POST", "other"}
    timed = {"method": "GET", "route": "/api/v1/projects/{slug}"}
    assert figure(figures, "http_request_duration_seconds_count", **timed) == 3
    assert figure(figures, "http_request_duration_seconds_bucket", le="10.0", **timed) == 3
    assert (figure(figures, "http_request_duration_seconds_sum", **timed) or 0) > 0


async def test_no_label_comes_from_a_client(client: httpx.AsyncClient) -> None:
    for number in range(20):
        await client.get(f"/api/v1/projects/secret-{number}")
        await client.get(f"/secret-{number}")
        await client.request(f"SECRET{number}", "/livez")
    answer = (await client.get("/metrics")).text
    assert "secret" not in answer.lower()


async def test_failed_request_counts_as_500(app: FastAPI, client: httpx.AsyncClient) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("broken")

    assert (await client.get("/broken")).status_code == 500
    counted = {"method": "GET", "route": "/broken", "status": "500"}
    assert figure(await scraped(client), "http_requests_total", **counted) == 1


async def test_documents_and_syncs_of_each_project(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    figures = await scraped(client)
    assert figure(figures, "documents", project="harbour", type="story") == 3
    assert figure(figures, "documents", project="harbour", type="prd") == 1
    (workspace / "stories/US0003-three.md").unlink()
    await client.post(f"{synced}/sync")
    await app.state.runner.wait()
    shutil.rmtree(workspace)
    await client.post(f"{synced}/sync")
    await app.state.runner.wait()
    for _ in range(2):  # asking changes nothing
        figures = await scraped(client)
        assert figure(figures, "documents", project="harbour", type="story") == 2
        assert figure(figures, "syncs_total", project="harbour", outcome="synced") == 2
        assert figure(figures, "syncs_total", project="harbour", outcome="error") == 1
        timed = {"project": "harbour", "outcome": "synced"}
        assert figure(figures, "sync_duration_seconds_count", **timed) == 2
        assert (figure(figures, "sync_duration_seconds_sum", **timed) or 0) > 0


async def test_removed_project_has_no_metrics(client: httpx.AsyncClient, synced: str) -> None:
    assert labels(await scraped(client), "documents", "project") == {"harbour"}
    await client.delete(synced)
    figures = await scraped(client)
    for name in ("documents", "syncs_total", "sync_duration_seconds_count"):
        assert labels(figures, name, "project") == set()


async def test_no_sync_is_lost(
    app: FastAPI, client: httpx.AsyncClient, synced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncs, "KEPT", 5)
    report = Sync("poll", "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:02.000Z", "synced")
    longest = replace(report, outcome="error", finished_at="2026-01-01T01:00:00.000Z")
    async with app.state.database.write() as session:
        project_id = await session.run(get_project_id, "harbour")
        for _ in range(2 * syncs.KEPT):
            await add_sync(session, project_id, report)
        await add_sync(session, project_id, longest)
    figures = await scraped(client)
    timed = {"project": "harbour", "outcome": "synced"}
    assert figure(figures, "syncs_total", **timed) == 2 * syncs.KEPT + 1
    assert figure(figures, "sync_duration_seconds_bucket", le="1.0", **timed) == 1
    assert figure(figures, "sync_duration_seconds_bucket", le="2.5", **timed) == 2 * syncs.KEPT + 1
    assert figure(figures, "sync_duration_seconds_bucket", le="+Inf", **timed) == 2 * syncs.KEPT + 1
    failed = {"project": "harbour", "outcome": "error"}
    assert figure(figures, "sync_duration_seconds_bucket", le="60.0", **failed) == 0
    assert figure(figures, "sync_duration_seconds_sum", **failed) == 3600


async def test_last_sync_of_each_project(
    app: FastAPI, client: httpx.AsyncClient, synced: str
) -> None:
    ended = datetime.fromisoformat("2026-01-01T00:00:02.500Z")
    report = Sync("poll", "2026-01-01T00:00:00.000Z", stamp(ended), "held_back")
    async with app.state.database.write() as session:
        await add_sync(session, await session.run(get_project_id, "harbour"), report)
    figures = await scraped(client)
    project = {"project": "harbour"}
    assert figure(figures, "last_sync_timestamp_seconds", **project) == ended.timestamp()
    assert figure(figures, "last_sync_duration_seconds", **project) == 2.5
    assert labels(figures, "last_sync_outcome", "outcome") == {"held_back"}


async def test_another_start_counts_the_same_syncs(app: FastAPI, synced: str) -> None:
    later = create_app(app.state.settings)
    transport = httpx.ASGITransport(later)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        figures = await scraped(client)
    assert figure(figures, "syncs_total", project="harbour", outcome="synced") == 1
    assert labels(figures, "documents", "project") == {"harbour"}
    assert labels(figures, "http_requests_total", "route") == set()  # its own are its own
    await later.state.database.close()


async def test_build_and_process(client: httpx.AsyncClient) -> None:
    figures = await scraped(client)
    assert labels(figures, "build_info", "version") == {version()}
    assert figure(figures, "database_up") == 1
    assert figures["process_resident_memory_bytes", frozenset()] > 0


async def test_database_that_fails(client: httpx.AsyncClient, synced: str, migrated: Path) -> None:
    with closing(sqlite3.connect(migrated)) as connection:
        connection.execute("DROP TABLE syncs")
    figures = await scraped(client)
    assert figure(figures, "database_up") == 0
    assert labels(figures, "documents", "project") == set()
    assert labels(figures, "http_requests_total", "route")

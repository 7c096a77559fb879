"""GET /api/v1/system/health, /livez, /readyz."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem

from sdlc_lens.main import create_app
from sdlc_lens.version import VARIABLE, version

pytestmark = pytest.mark.anyio

HEALTH = "/api/v1/system/health"


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


async def test_healthy(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(HEALTH)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "healthy",
        "database": "connected",
        "version": version(),
        "migration_ok": True,
        "fts_ok": True,
        "ready": True,
    }
    assert (await visitor.get("/readyz")).status_code == 200


async def test_release_states_its_version_everywhere(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "1.2.3-4-g0123456789ab")
    release = create_app(app.state.settings)
    transport = httpx.ASGITransport(release)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get(HEALTH)).json()["version"] == "1.2.3-4-g0123456789ab"
        described = (await client.get("/api/v1/openapi.json")).json()
        assert described["info"]["version"] == "1.2.3-4-g0123456789ab"
        build = (await client.get("/metrics")).text
        assert re.search(r'sdlc_lens_build_info{.*version="1.2.3-4-g0123456789ab"} 1.0', build)
    await release.state.database.close()


@pytest.mark.parametrize(
    ("statement", "reason", "facts"),
    [
        ("DROP TABLE search", "search index", {"migration_ok": True, "fts_ok": False}),
        (
            "UPDATE alembic_version SET version_num = 'x'",
            "newest revision",
            {"migration_ok": False, "fts_ok": True},
        ),
    ],
)
async def test_not_ready(
    statement: str,
    reason: str,
    facts: dict[str, bool],
    client: httpx.AsyncClient,
    migrated: Path,
) -> None:
    execute(migrated, statement)
    answer = await client.get(HEALTH)
    assert answer.status_code == 503
    expected = {"status": "unhealthy", "database": "connected", "ready": False} | facts
    assert answer.json() == expected | {"version": version()}
    assert reason in problem(await client.get("/readyz"), 503, "NOT_READY")


async def test_database_that_is_gone(client: httpx.AsyncClient, migrated: Path) -> None:
    assert (await client.get("/api/v1/projects")).status_code == 200
    migrated.unlink()
    body = (await client.get(HEALTH)).json()
    assert (body["status"], body["database"], body["ready"]) == ("unhealthy", "disconnected", False)
    assert "cannot be read" in problem(await client.get("/readyz"), 503, "NOT_READY")


async def test_livez_needs_no_database(client: httpx.AsyncClient, migrated: Path) -> None:
    migrated.unlink()
    answer = await client.get("/livez")
    assert answer.status_code == 200

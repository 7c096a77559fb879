"""Behind a reverse proxy: trusted headers and the root path."""

import json
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.ipv6 import require_ipv6
from support.problems import problem
from support.processes import (
    PATIENCE_SECONDS,
    Process,
    environment,
    free_port,
    started,
    stop,
    until_line,
)

from sdlc_lens.main import create_app
from sdlc_lens.settings import DATABASE_SCHEME, Settings

FORWARDED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}


def shown_client(process: Process, port: int) -> str:
    """The client that the log shows for a request which a proxy says it has passed on."""
    until_line(process, "Application startup complete")
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("GET", "/api/v1/projects", headers=FORWARDED)
    assert connection.getresponse().status == 200
    connection.close()
    stop(process)
    assert process.stdout
    entries = [json.loads(line) for line in process.stdout]
    (client,) = [entry["client"] for entry in entries if entry["logger"] == "sdlc_lens.access"]
    return str(client)


@pytest.mark.parametrize(
    ("host", "listed", "client"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.1, 127.0.0.0/8", "198.51.100.7"),
        ("::", "10.0.0.0/8,192.0.2.1", "127.0.0.1"),
        ("::", "10.0.0.1, 127.0.0.0/8", "198.51.100.7"),
    ],
)
def test_forwarded_headers_are_trusted_from_listed_addresses_only(
    listed: str, client: str, host: str, migrated: Path
) -> None:
    if host == "::":
        require_ipv6()
    port = free_port()
    settings = {"HOST": host, "LOG_FORMAT": "json", "FORWARDED_ALLOW_IPS": listed}
    env = environment(migrated, PORT=port, **settings)
    with started(env=env | {"FORWARDED_ALLOW_IPS": "*"}) as process:
        assert shown_client(process, port) == client


def test_every_line_of_a_start_is_json(migrated: Path) -> None:
    env = environment(migrated, PORT=free_port(), LOG_FORMAT="json", LOGLEVEL="INFO")
    with started(env=env) as process:
        lines = until_line(process, "Application startup complete").splitlines()
    entries = [json.loads(line) for line in lines]
    assert {"Running database migrations...", "Application startup complete."} <= {
        entry["message"] for entry in entries
    }
    (warning,) = [entry["message"] for entry in entries if entry["level"] == "WARNING"]
    assert "SDLC_LENS_LOGLEVEL" in warning
    assert "SDLC_LENS_LOG_LEVEL" in warning


@pytest.fixture
def app(migrated: Path) -> FastAPI:
    return create_app(
        Settings(
            database_url=f"{DATABASE_SCHEME}{migrated}", allowed_hosts="lens", root_path="/lens"
        )
    )


@pytest.mark.anyio
@pytest.mark.parametrize("prefix", ["", "/lens"])
async def test_root_path_with_and_without_stripping_by_the_proxy(
    prefix: str, app: FastAPI, client: httpx.AsyncClient
) -> None:
    for path in ("/livez", "/readyz/", "/api/v1/projects", "/api/v1/openapi.json"):
        assert (await client.get(prefix + path)).status_code == 200
    problem(await client.get(f"{prefix}/api/nowhere"), 404, "NOT_FOUND")
    wrong = await client.delete(f"{prefix}/api/v1/projects/")
    problem(wrong, 405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["allow"] == "HEAD, GET, POST"
    await app.state.database.close()


@pytest.mark.anyio
async def test_root_path_matches_whole_segments(app: FastAPI, client: httpx.AsyncClient) -> None:
    for path in ("/lensing/livez", "/other/livez", "/lens/lens/livez"):
        assert (await client.get(path)).status_code == 404
    await app.state.database.close()


@pytest.mark.anyio
async def test_schema_states_the_root_path(app: FastAPI, client: httpx.AsyncClient) -> None:
    schema = (await client.get("/lens/api/v1/openapi.json")).json()
    assert schema["servers"] == [{"url": "/lens"}]

"""Errors are problem+json, and valid requests in odd forms succeed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from support.problems import problem
from support.processes import PATIENCE_SECONDS

from sdlc_lens.api.middleware.body_limit import MAX_BODY_BYTES
from sdlc_lens.db.database import Database

pytestmark = pytest.mark.anyio

GETS = [
    "/livez",
    "/readyz",
    "/api/v1/system/health",
    "/api/v1/openapi.json",
    "/api/v1/projects",
    "/api/v1/projects/harbour",
    "/api/v1/projects/harbour/documents",
]


@pytest.mark.parametrize("path", ["/api", "/api/v1", "/api/v1/nowhere", "/api/v2/x", "/livez/x"])
async def test_unknown_path(path: str, visitor: httpx.AsyncClient) -> None:
    detail = problem(await visitor.get(path), 404, "NOT_FOUND")
    assert detail == f"{path} does not exist. Check the address"


@pytest.mark.parametrize(
    "path",
    [f"/api/{end}" for end in ("x" * 5000, "%00", "%ff", "%zz", "v1/projects/a%2fb", "%e2%28%a1")],
)
async def test_odd_path(path: str, visitor: httpx.AsyncClient) -> None:
    problem(await visitor.get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/v1/projects", "HEAD, GET, POST"),
        ("DELETE", "/livez", "HEAD, GET"),
        ("POST", "/api/v1/projects/harbour", "HEAD, GET, PUT, DELETE"),
        ("GET", "/api/v1/projects/harbour/sync", "POST"),
        ("POST", "/api/v1/openapi.json", "HEAD, GET"),
        ("BREW", "/api/v1/projects/harbour/documents", "HEAD, GET"),
    ],
)
async def test_wrong_method(
    method: str, path: str, allowed: str, visitor: httpx.AsyncClient
) -> None:
    answer = await visitor.request(method, path)
    detail = problem(answer, 405, "METHOD_NOT_ALLOWED")
    assert detail == f"{path} does not support {method}. Use {allowed}"
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", GETS)
async def test_head_works_for_every_get(path: str, visitor: httpx.AsyncClient) -> None:
    got = await visitor.get(path)
    head = await visitor.head(path)
    assert (got.status_code, head.status_code) == (200, 200)
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))
    assert head.headers["content-type"] == got.headers["content-type"]


async def test_head_of_an_unknown_path(visitor: httpx.AsyncClient) -> None:
    head = await visitor.head("/api/v1/projects/nowhere")
    assert (head.status_code, head.content) == (404, b"")


@pytest.mark.parametrize("path", GETS)
async def test_absolute_form_of_the_target(path: str, shared_app: FastAPI) -> None:
    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await shared_app({**scope, "path": f"http://lens:8000{scope['path']}"}, receive, send)

    transport = httpx.ASGITransport(whole)
    async with httpx.AsyncClient(transport=transport, base_url="http://lens") as proxied:
        assert (await proxied.get(path)).status_code == 200
        problem(await proxied.get("/api/nowhere"), 404, "NOT_FOUND")


@pytest.mark.parametrize("path", GETS)
async def test_trailing_slash_is_accepted(path: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(f"{path}/")
    assert answer.status_code == 200
    assert not answer.history


async def test_every_answer_has_its_own_id(visitor: httpx.AsyncClient) -> None:
    answers = [await visitor.get("/livez"), await visitor.get("/livez"), await visitor.get("/nope")]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3


async def test_unexpected_error_shows_no_internals(
    app: FastAPI, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/api/fails")
    async def fails() -> None:
        raise RuntimeError("internal detail")

    answer = await client.get("/api/fails")
    problem(answer, 500, "INTERNAL_ERROR")
    assert "internal detail" not in answer.text
    assert "internal detail" in caplog.text


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "\xff"}',
        b"\xff\xfe{",
        b"[" * 30_000,
        b'{"connection_id": ' + b"9" * 5001 + b"}",
        b"{",
        b"nothing",
        b"",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "projects"), ("PUT", "projects/harbour")])
async def test_body_that_cannot_be_read(
    method: str, path: str, content: bytes, visitor: httpx.AsyncClient
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await visitor.request(method, f"/api/v1/{path}", content=content, headers=headers)
    assert problem(answer, 422, "VALIDATION_ERROR").startswith("body")


async def test_body_that_is_too_large(visitor: httpx.AsyncClient) -> None:
    large = b" " * (MAX_BODY_BYTES + 1)

    async def in_parts() -> AsyncIterator[bytes]:
        yield large[:1000]
        yield large[1000:]

    for content in (large, in_parts()):
        answer = await visitor.post("/api/v1/projects", content=content)
        problem(answer, 413, "CONTENT_TOO_LARGE")


async def test_request_cut_off_by_a_stop(app: FastAPI, client: httpx.AsyncClient) -> None:
    reached = asyncio.Event()

    @app.get("/api/endless")
    async def endless() -> None:
        reached.set()
        await asyncio.Event().wait()

    request = asyncio.create_task(client.get("/api/endless"))
    await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)
    request.cancel()
    answer = await request
    assert "stopping" in problem(answer, 503, "NOT_READY")
    counted = 'sdlc_lens_http_requests_total{method="GET",route="/api/endless",status="503"} 1.0'
    assert counted in (await client.get("/metrics")).text


async def test_change_that_times_out_is_503(
    app: FastAPI, client: httpx.AsyncClient, synced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: Database = app.state.database
    monkeypatch.setattr(database, "write", partial(database.write, 0.1))
    async with database.write():
        for answer in (
            await client.post(f"{synced}/sync"),
            await client.put(synced, json={"name": "Quay"}),
            await client.delete(synced),
        ):
            assert "Try again" in problem(answer, 503, "NOT_READY")
            assert int(answer.headers["retry-after"]) > 0
    assert (await client.delete(synced)).status_code == 204


async def test_database_that_fails_is_503(client: httpx.AsyncClient, migrated: Path) -> None:
    with closing(sqlite3.connect(migrated)) as connection, connection:
        connection.execute("DROP TABLE documents")
    answer = await client.get("/api/v1/projects")
    assert "documents" not in problem(answer, 503, "NOT_READY")

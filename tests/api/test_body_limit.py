"""The limit of 64 KB on request bodies, with and without Content-Length."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem

from sdlc_lens.api.middleware.body_limit import MAX_BODY_BYTES

pytestmark = pytest.mark.anyio

LARGE = b" " * (MAX_BODY_BYTES + 1)


async def in_parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]


def test_limit() -> None:
    assert MAX_BODY_BYTES == 64 * 1024


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/projects"),
        ("PUT", "/api/v1/projects/harbour"),
        ("POST", "/api/v1/projects/harbour/sync"),
        ("DELETE", "/api/v1/projects/harbour"),
        ("GET", "/api/v1/projects"),
        ("POST", "/api/nowhere"),
    ],
)
async def test_larger_body_is_refused_on_every_route(
    method: str, path: str, visitor: httpx.AsyncClient
) -> None:
    for content in (LARGE, in_parts(LARGE)):
        answer = await visitor.request(method, path, content=content)
        assert str(MAX_BODY_BYTES) in problem(answer, 413, "CONTENT_TOO_LARGE")


async def test_body_up_to_the_limit_is_read(visitor: httpx.AsyncClient) -> None:
    for content in (LARGE[:-1], in_parts(LARGE[:-1])):
        answer = await visitor.post("/api/v1/projects", content=content)
        problem(answer, 422, "VALIDATION_ERROR")


@pytest.mark.parametrize("length", ["65537", "9" * 30, "9" * 5000])
async def test_body_declared_too_long_is_refused_unread(
    length: str, visitor: httpx.AsyncClient
) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(True)
        yield b"{}"

    headers = {"Content-Length": length}
    answer = await visitor.post("/api/v1/projects", content=body(), headers=headers)
    problem(answer, 413, "CONTENT_TOO_LARGE")
    assert not read


async def test_client_that_leaves_in_the_middle_gets_no_answer(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    waiting: list[dict[str, object]] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b"{", "more_body": True},
    ]
    sent = []

    async def receive() -> dict[str, object]:
        return waiting.pop()

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/projects",
        "query_string": b"",
        "headers": [(b"host", b"lens")],
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    assert not sent
    assert 'method="POST",route="none",status="none"' in (await client.get("/metrics")).text

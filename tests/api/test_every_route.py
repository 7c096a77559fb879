"""Every route answers every request, and every error is problem+json."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message
from support.problems import problem
from support.processes import IN_TIME

from sdlc_lens.db.connection import rows
from sdlc_lens.db.readers import READERS

pytestmark = pytest.mark.anyio

PROBES = ["/livez", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/docs"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
IN_PATHS = ["nowhere", "%00", "%", "%zz", "%ff%fe", "..%2f..", "%F0%9F%8C%8A", "x" * 5000, "-1"]
IN_QUERIES = ["", "%00", "%", "%zz", "%ff", "-1", "1" + "0" * 20, "9" * 5000, "1.5", "NaN", "a&b=c"]
BODIES = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\x00",
    b'{"name": "\\u0000", "sdlc_path": "\\u0000"}',
    b'{"name": 1e400, "connection_id": 1e400, "auto_sync": {}}',
    b'{"name": "x", "sdlc_path": ".", "connection_id": 1' + b"0" * 400 + b"}",
    b"[" * 20_000,
]
OWN = ("api", "livez", "readyz", "metrics")
Operations = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def operations() -> Operations:
    schema = json.loads(Path(__file__).with_name("openapi.json").read_text())  # as it is served
    return [
        (path, method.upper(), operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def is_page(path: str) -> bool:
    return path.split("/")[1] not in OWN


def check(answer: httpx.Response) -> None:
    """Check for a successful answer, or a problem with a 4xx status."""
    assert answer.status_code < 500, (answer.request.method, answer.request.url, answer.text)
    if answer.status_code >= 400 and not is_page(answer.request.url.path):
        problem(answer, answer.status_code, answer.json()["error"]["code"])


def filled(path: str, **values: str) -> str:
    """PATH with VALUES; parameters without one name an existing document."""
    known = {
        "slug": "harbour",
        "type": "story",
        "doc_id": "US0001-one",
        "connection_id": "1",
        "owner": "quay",
        "repo": "berth",
        **values,
    }
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, "a new parameter of paths needs a value here"
    return path


def parameters(operation: dict[str, Any], place: str) -> Iterator[str]:
    return (found["name"] for found in operation.get("parameters", []) if found["in"] == place)


async def test_odd_paths(visitor: httpx.AsyncClient, operations: Operations) -> None:
    for path, method, operation in operations:
        for name in parameters(operation, "path"):
            for value in IN_PATHS:
                answer = await visitor.request(method, filled(path, **{name: value}))
                check(answer)
                assert answer.status_code >= 400, "there is no such thing"


async def test_odd_queries(visitor: httpx.AsyncClient, operations: Operations) -> None:
    for path, method, operation in operations:
        if method != "GET":
            continue
        check(await visitor.get(f"{filled(path)}?unknown=%00"))
        for name in parameters(operation, "query"):
            for value in IN_QUERIES:
                check(await visitor.get(f"{filled(path)}?{name}={value}"))
            check(await visitor.get(f"{filled(path)}?" + f"{quote(name)}=x&" * 2000))


async def test_odd_bodies(visitor: httpx.AsyncClient, operations: Operations) -> None:
    for path, method, operation in operations:
        if "requestBody" in operation:
            for body in BODIES:
                for kind in ("application/json", "text/plain", "multipart/form-data", "\xff"):
                    headers = [(b"content-type", kind.encode("latin-1"))]
                    answer = await visitor.request(
                        method, filled(path), content=body, headers=headers
                    )
                    check(answer)
                    assert answer.status_code >= 400, (body, kind)


async def test_wrong_methods(visitor: httpx.AsyncClient, operations: Operations) -> None:
    allowed = {path: {"GET", "HEAD"} for path in PROBES}
    for path, method, _ in operations:
        allowed.setdefault(path, set()).update({method, "HEAD"} if method == "GET" else {method})
    for path, methods in allowed.items():
        if (await visitor.head(filled(path))).status_code == 404:
            continue
        for method in METHODS:
            if method not in methods:
                answer = await visitor.request(method, filled(path))
                problem(answer, 405, "METHOD_NOT_ALLOWED")
                assert set(answer.headers["allow"].split(", ")) == methods


async def test_unknown_paths(
    visitor: httpx.AsyncClient, app: FastAPI, harbour: str, operations: Operations
) -> None:
    for path in [*PROBES, *(path for path, _, _ in operations)]:
        ends = ("/nowhere", "/" + "x" * 5000, "/%00", "/%zz/", "x", "%2e%2e")
        for method, end in (("POST", "/nowhere"), *(("GET", end) for end in ends)):
            answer = await visitor.request(method, filled(path) + end)
            check(answer)
            assert answer.status_code >= 400 or path.endswith("{doc_id}"), (path, end)


async def unread(app: FastAPI, method: str, path: str, body: bytes) -> asyncio.Task[None]:
    """A request whose client does not read the answer, which is being sent."""
    begun = asyncio.Event()

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        begun.set()
        await asyncio.Event().wait()

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"q=berth",
        "headers": [(b"host", b"lens"), (b"content-type", b"application/json")],
    }
    request = asyncio.create_task(app(scope, receive, send))
    await begun.wait()
    return request


async def test_unread_answer_holds_no_connection_to_the_database(
    app: FastAPI, synced: str, operations: Operations, workspace: Path
) -> None:
    bodies = {
        "POST": {"name": "Quay", "sdlc_path": str(workspace)},
        "PUT": {"name": "Pier"},
    }
    operations = [*((path, "GET", {}) for path in PROBES), *operations]
    for path, method, _ in sorted(operations, key=lambda operation: operation[1] == "DELETE"):
        body = json.dumps(bodies.get(method)).encode()
        requests = [await unread(app, method, filled(path), body) for _ in range(READERS)]
        async with asyncio.timeout(IN_TIME):
            async with app.state.database.read() as session:
                await session.run(rows, "SELECT 1", {})
            async with app.state.database.write():
                pass
        for request in requests:
            request.cancel()
        await asyncio.gather(*requests, return_exceptions=True)

"""Only addresses, localhost and listed names are allowed; probes may use any name."""

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem

pytestmark = pytest.mark.anyio

OWN = ["lens", "LENS:8000", "lens.", "localhost", "127.0.0.1:8000", "10.1.2.3", "[::1]:8000"]
OTHERS = [
    "rebound.example",
    "lens.rebound.example",
    "xlens",
    "127.0.0.1.rebound.example",
    "localhost:80:80",
    "localhost/x",
    "user@localhost",
    "[::1",
    "[rebound.example]",
    "999.1.1.1",
    "x" * 5000,
    "l\xe9ns",
    "",
]


@pytest.mark.parametrize("host", OWN)
async def test_allowed_names_are_answered(host: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/api/v1/projects", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("host", OTHERS)
async def test_other_names_are_refused_with_a_hint(host: str, visitor: httpx.AsyncClient) -> None:
    headers = [(b"Host", host.encode("latin-1"))]
    answer = await visitor.get("/api/v1/projects", headers=headers)
    text = problem(answer, 400, "HOST_NOT_ALLOWED")
    assert "SDLC_LENS_ALLOWED_HOSTS" in text
    assert len(text) < 300


async def test_request_without_a_host_is_refused(shared_app: FastAPI) -> None:
    statuses = []

    async def send(message: dict[str, object]) -> None:
        statuses.append(message.get("status"))

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/projects",
        "query_string": b"",
        "headers": [],
    }
    await shared_app(scope, receive, send)  # type: ignore[arg-type]
    assert statuses[0] == 400


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/readyz/"])
async def test_probes_may_use_any_name(path: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(path, headers={"Host": "backend.cluster.example:8000"})
    assert answer.status_code == 200

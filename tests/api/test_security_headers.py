"""Every answer has the security headers."""

import httpx
import pytest
from fastapi import FastAPI

pytestmark = pytest.mark.anyio


def careful(answer: httpx.Response) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "server" not in answer.headers
    assert "x-request-id" in answer.headers


async def test_every_status(app: FastAPI, client: httpx.AsyncClient, synced: str) -> None:
    @app.get("/api/fails")
    async def fails() -> None:
        raise RuntimeError

    asked = [
        (200, client.get(synced)),
        (200, client.head(synced)),
        (304, client.get(synced, headers={"If-None-Match": "*"})),
        (202, client.post(f"{synced}/sync")),
        (400, client.get(synced, headers={"Host": "rebound.example"})),
        (403, client.delete(synced, headers={"Origin": "null"})),
        (404, client.get("/api/nowhere")),
        (405, client.delete("/livez")),
        (413, client.post(synced, content=b" " * 70_000)),
        (422, client.post("/api/v1/projects", json={})),
        (500, client.get("/api/fails")),
    ]
    for status, asking in asked:
        answer = await asking
        assert answer.status_code == status
        careful(answer)


async def test_every_route(shared_app: FastAPI, visitor: httpx.AsyncClient) -> None:
    described = [
        path for path, methods in shared_app.openapi()["paths"].items() if "get" in methods
    ]
    assert len(described) > 3
    for path in [*described, "/livez", "/readyz", "/api/v1/openapi.json"]:
        careful(await visitor.get(path.format(slug="harbour", type="story", doc_id="US0001-one")))

"""A page of another site cannot change anything."""

from pathlib import Path

import httpx
import pytest
from support.problems import problem

pytestmark = pytest.mark.anyio

OWN: list[dict[str, str]] = [
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://lens"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://another.example"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://lens"},
    {"Origin": "https://LENS"},
    {"Origin": "http://lens:8443", "Host": "lens:8443"},
    {"Origin": "http://lens", "Host": "lens:80"},
    {"Origin": "https://lens", "Host": "lens:443"},
    {"Origin": "https://lens", "Host": "lens:80"},  # behind a proxy that ends TLS
    {"Origin": "http://lens:80", "Host": "lens"},
    {"Origin": "http://[::1]", "Host": "[::1]:80"},
]
OTHERS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://lens"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "unheard-of"},
    {"Origin": "http://another.example"},
    {"Origin": "http://lens.another.example"},
    {"Origin": "http://lens:8001"},
    {"Origin": "http://lens:8080"},
    {"Origin": "http://lens:443"},
    {"Origin": "http://lens", "Host": "lens:8080"},
    {"Origin": "null"},
    {"Origin": "lens"},
]


@pytest.mark.parametrize("headers", OWN)
async def test_own_pages_and_programs_may_change(
    headers: dict[str, str], client: httpx.AsyncClient, workspace: Path
) -> None:
    body = {"name": "Harbour", "sdlc_path": str(workspace)}
    added = await client.post("/api/v1/projects", json=body, headers=headers)
    assert added.status_code == 201
    removed = await client.delete("/api/v1/projects/harbour", headers=headers)
    assert removed.status_code == 204


@pytest.mark.parametrize("headers", OTHERS)
async def test_other_sites_may_not_change(
    headers: dict[str, str], client: httpx.AsyncClient, workspace: Path, synced: str
) -> None:
    body = {"name": "Another", "sdlc_path": str(workspace)}
    for method, path in (
        ("POST", "/api/v1/projects"),
        ("PUT", synced),
        ("DELETE", synced),
        ("POST", f"{synced}/sync"),
    ):
        answer = await client.request(method, path, json=body, headers=headers)
        problem(answer, 403, "CROSS_SITE_REQUEST")
    projects = (await client.get("/api/v1/projects", headers=headers)).json()
    assert [project["slug"] for project in projects] == ["harbour"]

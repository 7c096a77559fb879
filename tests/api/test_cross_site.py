"""A page of another site cannot change anything."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support.problems import problem
from support.services import HARBOUR, visiting

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


@pytest.fixture(scope="module")
async def client(
    migrated_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service to which tests add a project, and remove it again."""
    folder = tmp_path_factory.mktemp("cross_site")
    async with visiting(migrated_once, folder, {"harbour": HARBOUR}) as client:
        yield client


@pytest.mark.parametrize("headers", OWN)
async def test_own_pages_and_programs_may_change(
    headers: dict[str, str], client: httpx.AsyncClient, harbour: str
) -> None:
    folder = (await client.get(harbour)).json()["sdlc_path"]
    body = {"name": "Quay", "sdlc_path": folder}
    added = await client.post("/api/v1/projects", json=body, headers=headers)
    assert added.status_code == 201
    removed = await client.delete("/api/v1/projects/quay", headers=headers)
    assert removed.status_code == 204


@pytest.mark.parametrize("headers", OTHERS)
async def test_other_sites_may_not_change(
    headers: dict[str, str], visitor: httpx.AsyncClient, harbour: str
) -> None:
    body = {"name": "Another", "sdlc_path": (await visitor.get(harbour)).json()["sdlc_path"]}
    for method, path in (
        ("POST", "/api/v1/projects"),
        ("PUT", harbour),
        ("DELETE", harbour),
        ("POST", f"{harbour}/sync"),
    ):
        answer = await visitor.request(method, path, json=body, headers=headers)
        problem(answer, 403, "CROSS_SITE_REQUEST")
    projects = (await visitor.get("/api/v1/projects", headers=headers)).json()
    assert [project["slug"] for project in projects] == ["harbour"]

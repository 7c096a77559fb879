"""A page of another site cannot change anything."""

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
    headers: dict[str, str], visitor: httpx.AsyncClient, harbour: str
) -> None:
    changed = await visitor.put(harbour, json={"name": "Harbour"}, headers=headers)
    assert changed.status_code == 200


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

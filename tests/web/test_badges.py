"""Badges."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from support.browsing import PORT, read, visit

from sdlc_lens.domain.statistics import summarise
from sdlc_lens.queries.projects import add_project
from sdlc_lens.web import badges

pytestmark = pytest.mark.anyio

SAYS = {
    "completion": ("completion", "60 %"),
    "proven": ("proven", "1 of 2 delivered"),
    "bugs": ("open bugs", "1, 1 high"),
}
COLORS = {"completion": badges.GOOD, "proven": badges.FAIR, "bugs": badges.BAD}


@pytest.mark.parametrize("name", SAYS)
async def test_badge_states_its_figure(visitor: httpx.AsyncClient, name: str) -> None:
    found = (await visitor.get(f"{PORT}/badges/{name}.json")).json()
    assert found.pop("color") == COLORS[name]
    assert found == {"schemaVersion": 1, "label": SAYS[name][0], "message": SAYS[name][1]}
    answer = await visitor.get(f"{PORT}/badges/{name}.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    texts = [element.text for element in ET.fromstring(answer.text).iter() if element.text]
    assert [text for text in texts if text.strip()][1:] == list(SAYS[name])
    assert "style" not in answer.text
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    ("name", "figures", "message", "color"),
    [
        ("completion", {}, "no stories", badges.NEUTRAL),
        ("proven", {"by_type": {"story": 2}}, "none delivered", badges.NEUTRAL),
        ("proven", {"by_type": {"story": 2}, "delivered": 2}, "2 of 2 delivered", badges.GOOD),
        ("bugs", {}, "none", badges.GOOD),
        ("bugs", {"open_bugs": {"critical": 0, "high": 0, "low": 3}}, "3", badges.FAIR),
        ("bugs", {"open_bugs": {"critical": 1, "high": 2}}, "3, 1 critical, 2 high", badges.BAD),
        ("health", {}, "not checked yet", badges.NEUTRAL),
    ],
)
def test_message_and_color(name: str, figures: dict[str, Any], message: str, color: str) -> None:
    statistics = replace(summarise([]), **{"unproven": 0} | figures)
    badge = badges.make_badge(name, statistics, None, is_synced=True)
    assert (badge.message, badge.color) == (message, color)


async def test_health_is_that_of_the_page(visitor: httpx.AsyncClient) -> None:
    found = (await visitor.get(f"{PORT}/badges/health.json")).json()
    health = (await visitor.get("/api/v1/projects/port/health-check")).json()
    assert found["message"] == f"{health['grade']:g} failed"


async def test_health_is_checked_when_no_check_is_stored(
    app: FastAPI, client: httpx.AsyncClient, port: str
) -> None:
    before = (await client.get(f"{port}/badges/health.json")).json()
    async with app.state.database.write() as session:
        await session.execute(text("DELETE FROM health_reports"))
    assert (await client.get(f"{port}/badges/health.json")).json() == before


async def test_badges_can_be_kept(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    address = f"{port}/badges/bugs.svg"
    first = await client.get(address)
    assert first.headers["cache-control"] == "max-age=300"
    known = {"If-None-Match": first.headers["etag"]}
    assert (await client.get(address, headers=known)).status_code == 304
    (tmp_path / "projects" / "port" / "bugs" / "BG0001-late.md").unlink()
    await app.state.runner.sync("port")
    assert (await client.get(address, headers=known)).status_code == 200


async def test_unknown_figures_are_stated_as_such(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    found = (await client.get("/projects/harbour/badges/proven.json")).json()
    assert found["message"] == "proof not recorded"
    async with app.state.database.write() as session:
        await add_project(session, "new", "New", str(workspace))
    for name in ("completion", "proven", "health", "bugs"):
        found = (await client.get(f"/projects/new/badges/{name}.json")).json()
        assert found["message"] == "not synced yet"


@pytest.mark.parametrize("name", ["other.svg", "bugs", "bugs.png", ".svg"])
async def test_unknown_badge_is_not_found(visitor: httpx.AsyncClient, name: str) -> None:
    answer = await visitor.get(f"{PORT}/badges/{name}")
    assert answer.status_code == 404
    read(answer)


async def test_settings_show_the_markdown_of_each_badge(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/settings")
    lines = page.one("pre").text.split(" [!")
    assert len(lines) == 4
    assert (
        lines[0] == f"[![completion](http://lens{PORT}/badges/completion.svg)](http://lens{PORT})"
    )

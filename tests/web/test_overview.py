"""One project: how does it stand?"""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import ORIGIN, PORT, visit
from support.services import sync_project
from support.workspaces import add_line, write_workspace

from sdlc_lens.queries.projects import add_project

pytestmark = pytest.mark.anyio

DASH = "\u2013"


async def test_sentence_sums_up_and_leads_to_the_unproven(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, PORT)
    assert page.all("p", class_="lead")[0].text.startswith(
        "2 of 5 stories are delivered, 1 is dropped. 1 delivered story is not proven."
        " 1 bug is open, 1 of them high. The documents fail the health check with grade"
    )
    stories = await visit(visitor, page.link("1 delivered story is not proven"))
    assert [row[0] for row in stories.rows()] == ["EP0001 Port", "US0001 List ships"]


async def test_epic_row_leads_to_its_stories(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, PORT)
    first = page.rows()[0]
    assert first[0] == "EP0001 Port"
    assert first[2:] == ["2 of 5", "12"]
    stories = await visit(visitor, page.link("2 of 5"))
    assert len(stories.rows()) == 5


async def test_finished_epics_come_last(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {
        "epics/EP0001-one.md": "# EP0001: One\n",
        "epics/EP0002-two.md": "# EP0002: Two\n",
        "epics/EP0003-three.md": "# EP0003: Three\n",
        "stories/US0001-a.md": "# US0001: A\n\n> **Status:** Done\n> **Epic:** EP0001\n",
        "stories/US0002-b.md": "# US0002: B\n\n> **Status:** Superseded\n> **Epic:** EP0001\n",
        "stories/US0003-c.md": "# US0003: C\n\n> **Status:** Draft\n> **Epic:** EP0002\n",
        "stories/US0004-d.md": "# US0004: D\n\n> **Epic:** EP0099\n",
        "stories/US0005-e.md": "# US0005: E\n",
    }
    address = await sync_project(app, "ends", write_workspace(tmp_path / "projects/ends", files))
    page = await visit(client, address)
    rows = [row for row in page.rows() if len(row) == 4]
    assert [(row[0], row[2]) for row in rows] == [
        ("EP0002 Two", "0 of 1"),
        ("EP0003 Three", DASH),
        ("Stories without an epic", "0 of 2"),
        ("EP0001 One", "1 of 2"),
    ]
    stories = await visit(client, page.link("Stories without an epic"))
    assert {row[1] for row in stories.rows()} == {"D", "E"}


async def test_status_of_each_type_is_shown(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, PORT)
    assert ["Bugs", "1 finished, 1 open 1 finished, 1 open", "2"] in page.rows()


async def test_blocked_and_longest_open_work_is_named(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, PORT)
    blocked, longest = (
        [line.text for line in found.all("li")] for found in page.all("ul", class_="lines")[:2]
    )
    assert blocked == ["US0003 Know the tide Blocked", "US0004 Leave waits for US0003"]
    assert longest == ["US0004 Leave Draft, since 3 Feb 2026"]


async def test_bugs_findings_and_latest_changes_are_listed(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, PORT)
    lists = {part.one("h2").text: part for part in page.all("section")}
    bugs, findings, latest = (
        [line.text for line in lists[title].all("li")]
        for title in ("Open bugs", "Findings", "Changed last")
    )
    assert bugs == ["High 1"]
    summary = (await visitor.get("/api/v1/projects/port/health-check")).json()["summary"]
    counts = [f"{severity.capitalize()} {count}" for severity, count in summary.items()]
    assert findings == [*counts, "Gate failed"]
    assert len(latest) == 5
    assert all(line.endswith(" UTC") for line in latest)
    high = await visit(visitor, page.link("High"))
    assert high.all("h2")


async def test_few_epics_are_shown_and_csv_has_all(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdlc_lens.web.overview.MOST_EPICS_SHOWN", 1)
    page = await visit(visitor, "/projects/harbour")
    assert "1 of 2 epics are shown" in page.text
    lines = (await visitor.get(page.link("Download as CSV"))).text.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["epic", "EP0001-harbour", ""]


async def test_figures_follow_a_sync(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    await visit(client, port)
    (tmp_path / "projects" / "port" / "bugs" / "BG0001-late.md").unlink()
    add_line(tmp_path / "projects" / "port" / "prd.md")
    await app.state.runner.sync("port")
    assert "No bug is open" in (await visit(client, port)).text


async def test_figures_are_not_those_of_a_project_that_had_the_number_before(
    app: FastAPI, client: httpx.AsyncClient, port: str, workspace: Path
) -> None:
    assert "2 of 5 stories" in (await visit(client, port)).text
    await client.post(f"{port}/settings/remove", headers=ORIGIN)
    address = await sync_project(app, "harbour", workspace)
    assert "1 of 3 stories" in (await visit(client, address)).text


async def test_project_that_was_never_synced_offers_a_sync(
    app: FastAPI, client: httpx.AsyncClient, workspace: Path
) -> None:
    async with app.state.database.write() as session:
        await add_project(session, "new", "New", str(workspace))
    page = await visit(client, "/projects/new")
    assert page.link("Sync it now") == "/projects/new/syncs"


async def test_workspace_without_documents_is_reported(
    app: FastAPI, client: httpx.AsyncClient, synced: str, migrated: Path
) -> None:
    with closing(sqlite3.connect(migrated)) as connection, connection:
        connection.execute("DELETE FROM documents")
    assert "The workspace has no documents." in (await visit(client, "/projects/harbour")).text


async def test_csv_has_the_epics(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(f"{PORT}?format=csv")
    assert answer.text.splitlines()[1] == "EP0001-port,EP0001: Port,In Progress,5,2,1,12.0"

"""The board."""

import csv
import io
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import PORT, visit
from support.html import Element
from support.services import sync_project
from support.workspaces import write_workspace

from sdlc_lens.web.board import in_lifecycle_order

pytestmark = pytest.mark.anyio


def columns(page: Element) -> dict[str, list[str]]:
    """The cards' first words by the heading of their column."""
    return {
        section.one("h2").text: [card.text.split()[0] for card in section.all("li")]
        for section in page.all("section")
    }


async def test_columns_in_lifecycle_order(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/board")
    assert list(columns(page).items()) == [
        ("Draft 1", ["US0004"]),
        ("Blocked 1", ["US0003"]),
        ("Done 2", ["US0002", "US0001"]),
        ("Won't Implement 1", ["US0005"]),
    ]
    assert page.one("p", class_="lead").text == (
        "5 stories: 1 open, 1 blocked, 2 finished, 1 dropped."
    )
    assert "Nothing is in: Proposed, Ready, Planned, In Progress, Review" in page.text


def test_status_of_finished_work_comes_late_also_where_it_is_unusual() -> None:
    statuses = ["Closed", "Done", "Draft", "Waiting for rain", "none"]
    ordered = ["Waiting for rain", "none", "Draft", "Closed", "Done"]
    assert in_lifecycle_order("story", statuses) == ordered


async def test_card_states_points_and_links_to_the_epic(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/board")
    card = next(found for found in page.all("li") if found.text.startswith("US0003"))
    assert card.text == "US0003 Know the tide 3 points · EP0001"
    assert card.link("EP0001") == f"{PORT}/documents/epic/EP0001-port"


async def test_other_types_have_a_board_and_singletons_have_none(
    visitor: httpx.AsyncClient,
) -> None:
    page = await visit(visitor, f"{PORT}/board?type=bug")
    assert columns(page) == {"Open 1": ["BG0001"], "Closed 1": ["BG0002"]}
    await visit(visitor, f"{PORT}/board?type=prd", 422)
    page = await visit(visitor, f"{PORT}/board?type=charter")
    assert "The workspace has no charters." in page.text


async def test_filters_narrow_the_cards(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    story = "# US000{0}: A\n\n> **Status:** Draft\n> **Owner:** {1}\n> **Epic:** EP000{0}\n"
    files = {f"stories/US000{n}.md": story.format(n, name) for n, name in ((1, "Ann"), (2, "Bob"))}
    files["epics/EP0001-e.md"] = "# EP0001: Everything\n"
    address = await sync_project(app, "two", write_workspace(tmp_path / "projects/two", files))
    page = await visit(client, f"{address}/board?owner=Ann")
    assert columns(page) == {"Draft 1": ["US0001"]}
    page = await visit(client, f"{address}/board?epic=EP0002")
    assert columns(page) == {"Draft 1": ["US0002"]}
    options = [option.text for option in page.one("select", name="epic").all("option")]
    assert options == ["any", "EP0001 Everything (1)", "EP0002 (1)"]
    assert "Nothing passes" in (await visit(client, f"{address}/board?owner=Eve")).text


async def test_ended_columns_are_folded(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    story = "# US{0:04}: A\n\n> **Status:** {1}\n"
    files = {f"stories/US{n:04}.md": story.format(n, "Done") for n in range(30)}
    files |= {f"stories/US{n:04}.md": story.format(n, "Draft") for n in range(59, 29, -1)}
    address = await sync_project(app, "many", write_workspace(tmp_path / "projects/many", files))
    page = await visit(client, f"{address}/board")
    assert {name: len(cards) for name, cards in columns(page).items()} == {
        "Draft 30": 30, "Done last 20 of 30": 20,
    }  # fmt: skip
    assert columns(page)["Draft 30"][:2] == ["US0030", "US0031"]
    rest = await visit(client, page.link("All 30"))
    assert len(rest.rows()) == 30
    rows = list(csv.DictReader(io.StringIO((await client.get(f"{address}/board?format=csv")).text)))
    assert [row["status"] for row in rows] == ["Draft"] * 30 + ["Done"] * 30


async def test_open_columns_end_after_very_many_cards(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdlc_lens.web.board.MOST_CARDS", 2)
    files = {f"stories/US000{n}.md": f"# US000{n}: A\n\n> **Status:** Draft\n" for n in range(5)}
    address = await sync_project(app, "few", write_workspace(tmp_path / "projects/few", files))
    page = await visit(client, f"{address}/board")
    assert columns(page) == {"Draft first 2 of 5": ["US0000", "US0001"]}
    assert len((await visit(client, page.link("All 5"))).rows()) == 5


async def test_type_without_documents_is_reported(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    folder = write_workspace(tmp_path / "projects/no", {"a.md": "#"})
    address = await sync_project(app, "no", folder)
    assert "The workspace has no stories." in (await visit(client, f"{address}/board")).text


async def test_hostile_texts_are_shown_as_text(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    evil = "<script>alert(1)</script>\"'>"
    text = f"# US0001: {evil}\n\n> **Status:** {evil}\n> **Owner:** {evil}\n> **Epic:** EP0001\n"
    files = {"stories/US0001.md": text, "epics/EP0001.md": f"# EP0001: {evil}\n"}
    address = await sync_project(app, "evil", write_workspace(tmp_path / "projects/evil", files))
    page = await visit(client, f"{address}/board")
    assert evil in page.one("section").one("h2").text

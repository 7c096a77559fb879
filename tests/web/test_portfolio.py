"""All projects: how do they stand?"""

import csv
import io
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import visit
from support.services import sync_project
from support.workspaces import write_workspace

from sdlc_lens.queries.projects import add_project
from sdlc_lens.web.charts import WIDTH, story_bar

pytestmark = pytest.mark.anyio


async def test_service_without_projects_says_what_to_do(client: httpx.AsyncClient) -> None:
    page = await visit(client, "/")
    assert len(page.one("ol").all("li")) == 3
    assert page.link("Add it as a project") == "/add"


async def test_row_states_progress_proof_bugs_and_health(
    client: httpx.AsyncClient, port: str
) -> None:
    await visit(client, port)  # which makes the health check
    page = await visit(client, "/")
    ((name, stories, proof, bugs, documents, synced),) = page.rows()
    assert name == "Port"
    assert "2 of 5 delivered, 1 dropped" in stories
    assert proof == "1 delivered story is not proven"
    assert bugs == "1 high"
    assert documents.endswith("12 documents")
    assert synced.endswith("folder port")
    assert "2 of 5 stories in 1 project are delivered." in page.text
    assert "delivered. 1 delivered story is not proven. 1 bug" in page.text
    assert "1 bug is open, 1 of them high." in page.text
    bar = page.all("tbody")[0].one("svg", role="img")
    assert bar.text == (
        "1 delivered and proven, 1 delivered, not proven, 1 blocked, 1 open, 1 dropped"
    )
    assert page.link("Port") == port


async def test_proof_that_is_not_recorded_is_stated(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/")
    assert page.rows()[0][2] == "proof not recorded"
    assert "1 delivered, proof not recorded" in page.all("svg", role="img")[0].text


def test_bar_of_one_kind_is_drawn_whole() -> None:
    (segment,) = story_bar([("Done", 3)], 0).segments
    assert (segment.start, segment.width) == (0, WIDTH)
    first, second = story_bar([("Done", 3), ("Draft", 3)], 0).segments
    assert (first.width, second.start) == (WIDTH / 2 - 1, WIDTH / 2), "with a gap between them"


async def test_project_without_stories_has_no_proof_to_record(
    app: FastAPI, client: httpx.AsyncClient, port: str
) -> None:
    async with app.state.database.write() as session:
        await add_project(session, "new", "New", "/nowhere")
    assert "not record proof" not in (await visit(client, "/")).text


async def test_projects_that_are_alike_are_sorted_by_name(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    async with app.state.database.write() as session:
        for name in ("Zeta", "alpha"):
            await add_project(session, name.lower(), name, "/nowhere")
    for order in ("asc", "desc"):
        page = await visit(client, f"/?sort=bugs&order={order}")
        assert [row[0] for row in page.rows()] == ["alpha", "Zeta"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Harbour", "Port"]),
        ("?order=desc", ["Port", "Harbour"]),
        ("?sort=bugs&order=desc", ["Port", "Harbour"]),
        ("?sort=unproven", ["Port", "Harbour"]),
        ("?sort=stories&order=desc", ["Port", "Harbour"]),
        ("?sort=grade&order=desc", ["Port", "Harbour"]),
        ("?sort=synced&order=desc", ["Port", "Harbour"]),
    ],
)
async def test_columns_sort_the_projects(
    visitor: httpx.AsyncClient, query: str, names: list[str]
) -> None:
    page = await visit(visitor, f"/{query}")
    assert [row[0] for row in page.rows()] == names
    assert len([found for found in page.all("th") if "aria-sort" in found.attributes]) == 1


async def test_stories_sort_by_the_share_that_is_delivered(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    files = {"stories/US0001-small.md": "# US0001: Small\n\n> **Status:** Done\n"}
    await sync_project(app, "small", write_workspace(tmp_path / "projects/small", files))
    for order, names in (("desc", ["Small", "Port"]), ("asc", ["Port", "Small"])):
        page = await visit(client, f"/?sort=stories&order={order}")
        assert [row[0] for row in page.rows()] == names


async def test_csv_has_every_project(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/")
    answer = await visitor.get(page.link("Download as CSV"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    harbour, port = csv.DictReader(io.StringIO(answer.text))
    names = ("stories", "delivered", "not proven")
    assert [harbour[name] for name in names] == ["3", "1", "proof not recorded"]
    assert [port[name] for name in names] == ["5", "2", "1"]


async def test_project_in_a_repository_states_commit_and_name(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    source = {"source_type": "git", "repo_url": "https://example.org/o/r", "repo_path": "sdlc"}
    synced = {"commit_id": "4f10664" + "0" * 33, "last_synced_at": "2026-11-27T14:05:00.000Z"}
    async with app.state.database.write() as session:
        await add_project(session, "far", "Far", source)
        await add_project(session, "main", "Main", source | {"repo_branch": "main"} | synced)
    far, main = [row[-1] for row in (await visit(client, "/")).rows()]
    assert far.endswith("r")
    assert main.endswith("commit 4f10664000 of r")
    page = await visit(client, "/projects/main")
    assert "As of 27 Nov 2026, 14:05 UTC, commit 4f10664000 of r" in page.text

"""The list of documents."""

import csv
import io
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from support.browsing import PORT, visit
from support.services import sync_project
from support.workspaces import write_workspace

from sdlc_lens.web.render import table

pytestmark = pytest.mark.anyio


async def titles(client: httpx.AsyncClient, address: str) -> list[str]:
    return [row[1] for row in (await visit(client, address)).rows()]


async def test_filters_narrow_the_list(visitor: httpx.AsyncClient) -> None:
    listed = f"{PORT}/documents?sort=doc_id&order=asc"
    assert len(await titles(visitor, listed)) == 12
    assert await titles(visitor, f"{listed}&type=bug") == ["Late", "Odd"]
    done = await titles(visitor, f"{listed}&type=story&status=Done")
    assert done == ["List ships", "Find a berth"]
    assert await titles(visitor, f"{listed}&type=&q=TIDE") == ["Know the tide"]
    assert await titles(visitor, f"{listed}&epic=none&type=bug") == ["Late", "Odd"]


async def test_filters_state_how_many_documents_they_leave(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/documents?type=bug")
    options = [option.text for option in page.one("select", name="type").all("option")]
    assert options[:2] == ["any", "story (5)"]
    chosen = [found.text for found in page.all("option") if "selected" in found.attributes]
    assert chosen == ["bug (2)"]
    statuses = [option.text for option in page.one("select", name="status").all("option")]
    assert statuses == ["any", "Closed (1)", "Open (1)"]


async def test_column_heads_sort_the_list(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/documents?type=bug")
    ascending = page.link("Title")
    assert await titles(visitor, ascending) == ["Late", "Odd"]
    page = await visit(visitor, ascending)
    assert await titles(visitor, page.link("Title ▲")) == ["Odd", "Late"]


async def test_pages_have_each_document_once(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {f"bugs/BG{number:04}.md": f"# Bug {number:04}\n" for number in range(120)}
    folder = write_workspace(tmp_path / "projects" / "many", files)
    address = await sync_project(app, "many", folder)
    seen: list[str] = []
    step = f"{address}/documents?sort=doc_id&order=asc"
    for number in (1, 2, 3):
        page = await visit(client, step)
        assert f"Page {number} of 3" in page.text
        seen += [row[0] for row in page.rows()]
        step = page.link("Next page") if number < 3 else ""
    assert seen == [f"BG{number:04}" for number in range(120)]
    assert "past the end" in (await visit(client, f"{address}/documents?page=4")).text
    assert "past the end" in (await visit(client, f"{address}/documents?page=9999999999")).text
    rows = list(csv.reader(io.StringIO((await client.get(f"{address}/documents?format=csv")).text)))
    assert len(rows) == 121


async def test_filters_that_nothing_passes_offer_all_documents(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/documents?q=nowhere")
    assert page.link("Show all documents") == f"{PORT}/documents"


async def test_links_leave_out_empty_filters(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/documents?q=&type=&status=Done")
    assert page.link("Download as CSV") == f"{PORT}/documents?status=Done&format=csv"


@pytest.mark.parametrize(
    "query", ["sort=path", "order=up", "q=" + "x" * 300, "&".join(["type=x"] * 60)]
)
async def test_invalid_queries_are_refused(visitor: httpx.AsyncClient, query: str) -> None:
    await visit(visitor, f"{PORT}/documents?{query}", 422)


@pytest.mark.parametrize("query", ["page=-1", "page=x", "page=", "q=%00", "type=%ff", "x=y"])
async def test_malformed_values_are_ignored(visitor: httpx.AsyncClient, query: str) -> None:
    await visit(visitor, f"{PORT}/documents?{query}")


async def test_csv_is_harmless_in_a_spreadsheet(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    titles = ["=1+1", "+1", "-1", "@x", "\ttab", "plain"]
    files = {f"notes/{number}.md": f"# {title}\n" for number, title in enumerate(titles)}
    folder = write_workspace(tmp_path / "projects" / "sheet", files)
    address = await sync_project(app, "sheet", folder)
    answer = await client.get(f"{address}/documents?sort=doc_id&order=asc&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["title"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", "tab", "plain"]


def test_csv_is_harmless_where_a_cell_begins_with_a_control_character() -> None:
    request = Request({"type": "http", "headers": []})
    answer = table(request, "sheet", ["a"], [["\t=1"], ["\r=1"], [None], [-1]])
    assert answer.body == b'a\r\n\'\t=1\r\n"\'\r=1"\r\n""\r\n-1\r\n'

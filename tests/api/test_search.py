"""GET /api/v1/search."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem
from support.workspaces import write_workspace

pytestmark = pytest.mark.anyio


async def page(client: httpx.AsyncClient, **query: str | int | list[str]) -> dict[str, Any]:
    answer = await client.get("/api/v1/search", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def found(client: httpx.AsyncClient, **query: str | int | list[str]) -> list[str]:
    body = await page(client, **query)
    assert body["total"] == len(body["items"])
    return [item["doc_id"] for item in body["items"]]


async def test_page(visitor: httpx.AsyncClient) -> None:
    body = await page(visitor, q="berth", status="Done")
    (item,) = body.pop("items")
    assert body == {"query": "berth", "total": 1, "page": 1, "per_page": 20, "pages": 1}
    assert 0.5 < item.pop("score") < 1
    assert item == {
        "doc_id": "US0001-one",
        "ref": "US0001",
        "path": "stories/US0001-one.md",
        "type": "story",
        "title": "US0001: Berth",
        "status": "Done",
        "project_slug": "harbour",
        "project_name": "Harbour",
        "snippet": "# US0001: <mark>Berth</mark> &gt; **Status:** Done"
        " &gt; **Epic:** EP0001 &gt; **Points:** 3",
    }


async def test_id_finds_its_document_first(visitor: httpx.AsyncClient) -> None:
    for text in ("EP0001", "ep-0001", "[[EP0001]]", "EP0001-harbour"):
        body = await page(visitor, q=text, per_page=1)
        (item,) = body["items"]
        assert (item["doc_id"], item["score"]) == ("EP0001-harbour", 1.0), text
    assert sorted(await found(visitor, q="EP0001")) == [
        "EP0001-harbour",
        "US0001-one",
        "US0002-two",
    ]


async def test_alias_finds_its_document(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    write_workspace(workspace, {"bugs/BG0001-leak.md": "# Leak\n\n> **Aliases:** BG-01JQK3F8\n"})
    assert (await client.post(f"{synced}/sync")).status_code == 202
    await app.state.runner.wait()
    body = await page(client, q="bg-01jqk3f8")
    assert [(item["doc_id"], item["score"]) for item in body["items"]] == [("BG0001-leak", 1.0)]


async def test_filters(visitor: httpx.AsyncClient) -> None:
    berths = ["US0001-one", "US0002-two"]
    assert sorted(await found(visitor, q="berth", type="story", project="harbour")) == berths
    assert await found(visitor, q="berth", project="nowhere") == []
    assert await found(visitor, q="berth", type="epic") == []
    assert await found(visitor, q="berth", status=["In Progress", "Draft"]) == ["US0002-two"]
    assert await found(visitor, q="three", status="none") == ["US0003-three"]
    assert await found(visitor, q="berth", owner="Ann") == []
    assert sorted(await found(visitor, q="berth", epic="ep-0001")) == berths
    assert sorted(await found(visitor, q="berth", project="", type="", epic="")) == berths


@pytest.mark.parametrize(
    "text",
    ["%22", "---", "NEAR(a%20b)", "title:x", "a*(b", "%00", "%20", "%ED%A0%BD", "%FF", "%", "%zz"],
)
async def test_no_query_is_a_syntax_error(text: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(f"/api/v1/search?q={text}")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["items"], answer.json()["total"], answer.json()["pages"]) == ([], 0, 0)


async def test_pages_cover_everything_once(visitor: httpx.AsyncClient) -> None:
    seen: list[str] = []
    for number in (1, 2, 3):
        body = await page(visitor, q="points", page=number, per_page=1)
        assert (body["total"], body["pages"], body["page"]) == (2, 2, number)
        seen += [item["doc_id"] for item in body["items"]]
    assert sorted(seen) == ["US0001-one", "US0002-two"]


@pytest.mark.parametrize("number", [10**6, 10**20])
async def test_page_past_the_end(number: int, visitor: httpx.AsyncClient) -> None:
    body = await page(visitor, q="berth", page=number)
    assert (body["items"], body["total"], body["page"]) == ([], 2, number)


async def test_removed_project_is_not_found(client: httpx.AsyncClient, synced: str) -> None:
    assert (await client.delete(synced)).status_code == 204
    assert await found(client, q="berth") == []


async def test_etag_changes_with_the_hits(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    async def resynced(known: str) -> int:
        assert (await client.post(f"{synced}/sync")).status_code == 202
        await app.state.runner.wait()
        headers = {"If-None-Match": known}
        return (await client.get("/api/v1/search?q=berth", headers=headers)).status_code

    mark = (await client.get("/api/v1/search?q=berth")).headers["etag"]
    assert await resynced(mark) == 304
    write_workspace(workspace, {"bugs/BG0001-leak.md": "# A leaking berth\n"})
    assert await resynced(mark) == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "query.q"),
        ("q=", "query.q"),
        ("q=" + "a" * 501, "query.q"),
        ("q=a&page=0", "query.page"),
        ("q=a&per_page=0", "query.per_page"),
        ("q=a&per_page=51", "query.per_page"),
        ("q=a&per_page=many", "query.per_page"),
    ],
)
async def test_invalid(query: str, field: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(f"/api/v1/search?{query}")
    assert field in problem(answer, 422, "VALIDATION_ERROR")


async def test_longest_query(visitor: httpx.AsyncClient) -> None:
    assert await found(visitor, q="\u00fc" * 500) == []
    assert await found(visitor, q="a " * 250) == []

"""GET /api/v1/projects/{slug}/documents."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem
from support.workspaces import write_workspace

pytestmark = pytest.mark.anyio


async def listed(client: httpx.AsyncClient, synced: str, query: str) -> list[str]:
    answer = await client.get(f"{synced}/documents?{query}&sort=doc_id&order=asc")
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == len(page["items"])
    return [item["doc_id"] for item in page["items"]]


async def test_page(visitor: httpx.AsyncClient, harbour: str) -> None:
    page = (await visitor.get(f"{harbour}/documents?type=story&status=Done")).json()
    (item,) = page.pop("items")
    assert page == {"total": 1, "page": 1, "per_page": 50, "pages": 1}
    assert item.pop("updated_at").endswith("Z")
    assert item == {
        "doc_id": "US0001-one",
        "ref": "US0001",
        "path": "stories/US0001-one.md",
        "type": "story",
        "title": "US0001: Berth",
        "status": "Done",
        "owner": None,
        "priority": None,
        "story_points": 3.0,
        "epic": "EP0001",
        "story": None,
        "criteria": dict.fromkeys(("total", "verified", "failed", "manual", "unstated"), 0),
    }


async def test_criteria_are_counted(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    proven = "# Bug\n\n### AC1: It holds\n**Verified:** yes\n\n### AC2: It stays\n"
    write_workspace(workspace, {"bugs/BG0001.md": proven, "plans/PL0001.md": proven})
    assert (await client.post(f"{synced}/sync")).status_code == 202
    await app.state.runner.wait()
    found = await client.get(f"{synced}/documents?type=bug&type=plan&type=prd&sort=type&order=asc")
    bug, plan, prd = (item["criteria"] for item in found.json()["items"])
    assert bug == {"total": 2, "verified": 1, "failed": 0, "manual": 0, "unstated": 1}
    assert plan is prd is None


async def facets(client: httpx.AsyncClient, synced: str, query: str) -> dict[str, dict[str, int]]:
    page = (await client.get(f"{synced}/documents?facets=true&{query}")).json()
    return {
        name: {one["value"]: one["count"] for one in values}
        for name, values in page["facets"].items()
    }


async def test_facets(visitor: httpx.AsyncClient, harbour: str) -> None:
    found = await facets(visitor, harbour, "per_page=1&page=3")
    assert found == {
        "type": {"story": 3, "epic": 1, "prd": 1},
        "status": {"none": 2, "Done": 1, "Draft": 1, "In Progress": 1},
        "owner": {"none": 5},
        "priority": {"none": 5},
        "epic": {"none": 3, "EP0001": 2},
    }
    for values in found.values():  # by count, then value
        assert list(values) == sorted(values, key=lambda value: (-values[value], value))


async def test_facets_are_counted_under_all_other_filters(
    visitor: httpx.AsyncClient, harbour: str
) -> None:
    found = await facets(visitor, harbour, "type=story&status=Done&status=none&q=us0")
    assert found == {
        "type": {"story": 2},
        "status": {"Done": 1, "In Progress": 1, "none": 1},
        "owner": {"none": 2},
        "priority": {"none": 2},
        "epic": {"EP0001": 1, "none": 1},
    }
    assert await facets(visitor, harbour, "type=saga&q=nowhere") == {name: {} for name in found}


async def test_filters(visitor: httpx.AsyncClient, harbour: str) -> None:
    stories = ["US0001-one", "US0002-two", "US0003-three"]
    assert await listed(visitor, harbour, "type=story") == stories
    assert await listed(visitor, harbour, "type=story&type=epic") == ["EP0001-harbour", *stories]
    assert await listed(visitor, harbour, "status=In%20Progress") == ["US0002-two"]
    assert await listed(visitor, harbour, "status=none") == ["US0003-three", "prd"]
    assert await listed(visitor, harbour, "status=none&status=Done&type=story") == [
        "US0001-one",
        "US0003-three",
    ]
    assert await listed(visitor, harbour, "type=saga") == []
    assert await listed(visitor, harbour, "status=%00") == []
    assert await listed(visitor, harbour, "epic=ep-0001") == stories[:2]
    assert await listed(visitor, harbour, "epic=EP0001-harbour&epic=none&type=story") == stories
    assert await listed(visitor, harbour, "owner=none&priority=none&type=story") == stories
    assert await listed(visitor, harbour, "owner=Ada") == []
    assert await listed(visitor, harbour, "q=BERTH%20us0002&q=what") == ["US0002-two", "prd"]
    assert await listed(visitor, harbour, "type=story&status=&owner=&q=&q=%20") == stories


async def test_status_filter_takes_any_spelling(visitor: httpx.AsyncClient, harbour: str) -> None:
    expected = await listed(visitor, harbour, "status=In%20Progress&sort=doc_id")
    assert expected
    for asked in ("in-progress", "IN_PROGRESS", "in%20progress"):
        assert await listed(visitor, harbour, f"status={asked}&sort=doc_id") == expected
    assert await listed(visitor, harbour, "status=progress") == []


async def test_paging(visitor: httpx.AsyncClient, harbour: str) -> None:
    seen: list[str] = []
    for number in (1, 2, 3):
        page = (await visitor.get(f"{harbour}/documents?per_page=2&page={number}")).json()
        assert (page["total"], page["pages"], page["page"]) == (5, 3, number)
        seen += [item["path"] for item in page["items"]]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("number", [4, 10**6, 10**20])
async def test_page_past_the_end(number: int, visitor: httpx.AsyncClient, harbour: str) -> None:
    answer = await visitor.get(f"{harbour}/documents?page={number}&per_page=2")
    assert answer.status_code == 200
    assert answer.json() == {"items": [], "total": 5, "page": number, "per_page": 2, "pages": 3}


async def test_page_size_is_limited_to_a_hundred(visitor: httpx.AsyncClient, harbour: str) -> None:
    for asked in (101, 10**20):
        page = (await visitor.get(f"{harbour}/documents?per_page={asked}")).json()
        assert (page["per_page"], len(page["items"])) == (100, 5)


async def test_project_without_documents(visitor: httpx.AsyncClient, harbour: str) -> None:
    page = (await visitor.get(f"{harbour}/documents?type=saga")).json()
    assert page == {"items": [], "total": 0, "page": 1, "per_page": 50, "pages": 0}


async def test_order(visitor: httpx.AsyncClient, harbour: str) -> None:
    async def titles(query: str) -> list[str]:
        page = (await visitor.get(f"{harbour}/documents?{query}")).json()
        return [item["title"] for item in page["items"]]

    ascending = await titles("sort=title&order=asc")
    assert ascending == sorted(ascending)
    assert await titles("sort=title&order=desc") == ascending[::-1]
    assert await titles("") == await titles("sort=updated_at&order=desc")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "query.page"),
        ("page=-1", "query.page"),
        ("page=one", "query.page"),
        ("page=" + "9" * 5000, "query.page"),
        ("per_page=0", "query.per_page"),
        ("sort=colour", "query.sort"),
        ("order=up", "query.order"),
        ("q=" + "x" * 201, "query.q"),
        ("q=x&" * 11, "query.q"),
        ("type=x&" * 51, "query.type"),
    ],
)
async def test_invalid(query: str, field: str, visitor: httpx.AsyncClient, harbour: str) -> None:
    answer = await visitor.get(f"{harbour}/documents?{query}")
    assert field in problem(answer, 422, "VALIDATION_ERROR")


async def test_unknown_project(visitor: httpx.AsyncClient) -> None:
    problem(await visitor.get("/api/v1/projects/nowhere/documents"), 404, "NOT_FOUND")

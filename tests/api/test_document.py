"""GET /api/v1/projects/{slug}/documents/{type}/{doc_id}."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support.problems import problem
from support.services import HARBOUR, visiting

pytestmark = pytest.mark.anyio

STORY = """\
# US0004: Read the gauge

> **Status:** Done - shipped
> **Owner:** Ada
> **Priority:** P1
> **Story Points:** 5
> **Epic:** [EP0001](../epics/EP0001-harbour.md)
> **Aliases:** US-0104
> **Batch:** B7
> **Berth-side:** both

## Why

Because of the <id> tide.
"""


CRITERIA = """\
# Criteria

## Acceptance Criteria

- [x] **AC1:** Tide is read
  - **Verify:** pytest tests/tide.py
  - **Verified:** yes (2026-08-11)
- [ ] Stays
"""
FILES: dict[str, str | bytes] = {
    "stories/US0004-read.md": STORY,
    "stories/archive/US0001-one.md": "# Twin\n",
    "stories/US0005 odd %2F näme?.md": "# Odd\n",
    "stories/US0006-latin.md": b"# L\xe4tin\n\n\xff end",
    "stories/US0007-late.md": b"# Late\n\n" + b"calm " * 50 + b"\xff end",
    "PRD-notes.md": "",
    "PRD.MD": "# Upper\n",
    "stories/US0008-points.md": "# Points\n\n> **Points:** 5 (was 8)\n",
    "stories/US0009.md": CRITERIA,
    "plans/PL0001.md": CRITERIA,
}


@pytest.fixture(scope="module")
async def client(
    migrated_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with a project of these documents."""
    folder = tmp_path_factory.mktemp("document")
    async with visiting(migrated_once, folder, {"harbour": {**HARBOUR, **FILES}}) as client:
        yield client


@pytest.fixture
def story(harbour: str) -> str:
    """The address of the documents."""
    return f"{harbour}/documents"


async def test_all_fields_of_a_document(client: httpx.AsyncClient, story: str) -> None:
    answer = await client.get(f"{story}/story/US0004-read")
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document.pop("updated_at") == document.pop("synced_at")
    assert document == {
        "doc_id": "US0004-read",
        "ref": "US0004",
        "path": "stories/US0004-read.md",
        "type": "story",
        "title": "US0004: Read the gauge",
        "status": "Done",
        "owner": "Ada",
        "priority": "P1",
        "story_points": 5.0,
        "epic": "EP0001",
        "story": None,
        "criteria": [],
        "metadata": {"Aliases": "US-0104", "Batch": "B7", "Berth-side": "both"},
        "content": "\n## Why\n\nBecause of the <id> tide.\n",
        "file_path": "stories/US0004-read.md",
        "file_hash": hashlib.sha256(STORY.encode()).hexdigest(),
        "same_id": [],
        "source_url": None,
        "last_change": None,
    }


@pytest.mark.parametrize(
    "name", ["US0004", "us0004", "US-0004", "[[US-0004]]", "US0104", "us-0104"]
)
async def test_ref_and_alias_find_the_document(
    name: str, client: httpx.AsyncClient, story: str
) -> None:
    assert (await client.get(f"{story}/story/{name}")).json()["doc_id"] == "US0004-read"


async def test_points_with_a_remark_are_also_shown_as_written(
    client: httpx.AsyncClient, story: str
) -> None:
    document = (await client.get(f"{story}/story/US0008")).json()
    assert (document["story_points"], document["metadata"]) == (5.0, {"Points": "5 (was 8)"})


async def test_criteria(client: httpx.AsyncClient, story: str) -> None:
    assert (await client.get(f"{story}/story/US0009")).json()["criteria"] == [
        {
            "id": "AC1",
            "text": "Tide is read",
            "checked": True,
            "verify": "pytest tests/tide.py",
            "verified": "yes (2026-08-11)",
            "verified_on": "2026-08-11",
        },
        {
            "id": None,
            "text": "Stays",
            "checked": False,
            "verify": None,
            "verified": None,
            "verified_on": None,
        },
    ]
    assert (await client.get(f"{story}/plan/PL0001")).json()["criteria"] == []


@pytest.mark.parametrize("name", ["prd", "PRD", "Prd"])
async def test_singleton_is_found_by_its_stem_in_any_case(
    name: str, client: httpx.AsyncClient, story: str
) -> None:
    document = (await client.get(f"{story}/prd/{name}")).json()
    assert (document["doc_id"], document["same_id"]) == ("prd", ["prd.md"])
    assert document["path"] == "PRD.MD"


async def test_several_of_one_id(client: httpx.AsyncClient, story: str) -> None:
    first = (await client.get(f"{story}/story/US0001-one")).json()
    assert first["path"] == "stories/US0001-one.md"
    assert first["same_id"] == ["stories/archive/US0001-one.md"]
    other = (await client.get(f"{story}/story/US0001-one?path={first['same_id'][0]}")).json()
    assert (other["title"], other["same_id"]) == ("Twin", ["stories/US0001-one.md"])
    by_ref = (await client.get(f"{story}/story/US0001?path={first['same_id'][0]}")).json()
    assert by_ref == other
    elsewhere = await client.get(f"{story}/story/US0001-one?path=stories/US0002-two.md")
    problem(elsewhere, 404, "NOT_FOUND")


async def test_odd_names(client: httpx.AsyncClient, story: str) -> None:
    odd = await client.get(f"{story}/story/US0005%20odd%20%252F%20n%C3%A4me%3F")
    assert odd.json()["title"] == "Odd"
    empty = (await client.get(f"{story}/other/PRD-notes")).json()
    assert (empty["title"], empty["content"], empty["metadata"]) == ("PRD-notes", "", {})


async def test_invalid_utf8_is_marked(client: httpx.AsyncClient, story: str) -> None:
    document = (await client.get(f"{story}/story/US0006")).json()
    assert (document["title"], document["content"].strip()) == ("L\ufffdtin", "\ufffd end")
    late = (await client.get(f"{story}/story/US0007-late")).json()
    assert late["content"].endswith("calm \ufffd end")


@pytest.mark.parametrize(
    "path",
    [
        "story/US0004-rea",
        "story/US9999",
        "epic/US0004",
        "saga/US0004",
        "story/%00",
        "%00/US0004",
        "story/" + "x" * 5000,
        "story/%ff",
        "story/%",
        "story/none",
        "story/US0004-read?path=%00",
        "story/US0004-read?path=",
        "story/US0004-read/none",
        "story",
    ],
)
async def test_not_found(path: str, client: httpx.AsyncClient, story: str) -> None:
    problem(await client.get(f"{story}/{path}"), 404, "NOT_FOUND")


async def test_unknown_project(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/projects/nowhere/documents/story/US0001")
    assert "nowhere" in problem(answer, 404, "NOT_FOUND")

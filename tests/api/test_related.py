"""GET /api/v1/projects/{slug}/documents/{type}/{doc_id}/related."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem
from support.workspaces import write_workspace

pytestmark = pytest.mark.anyio

FILES = {
    "epics/EP0001-harbour.md": "# Harbour\n\n> **Status:** Draft\n",
    "stories/US0001-one.md": "# One\n\n> **Epic:** EP0001\n> **Status:** Done\n",
    "stories/US0002-two.md": (
        "# Two\n\n> **Epic:** EP0001\n> **Depends on:** US0001, US0404\n> **Aliases:** US0202\n"
        "> **Supersedes:** CR-0404\n\nAfter US-0001 and BG0404.\n"
    ),
    "plans/PL0001-do.md": "# Do\n\n> **Story:** US0202\n> **Depends on:** [[US0002]]\n",
}


@pytest.fixture
async def documents(app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path) -> str:
    """The address of the documents, after others were written and synced."""
    write_workspace(workspace, FILES)
    assert (await client.post(f"{synced}/sync")).status_code == 202
    await app.state.runner.wait()
    return f"{synced}/documents"


def named(path: str, title: str, status: str | None = None) -> dict[str, str | None]:
    folder, _, name = path.partition("/")
    kind = {"epics": "epic", "stories": "story", "plans": "plan"}[folder]
    stem = name.removesuffix(".md")
    return {"doc_id": stem, "type": kind, "title": title, "status": status, "path": path}


EPIC = named("epics/EP0001-harbour.md", "Harbour", "Draft")
ONE = named("stories/US0001-one.md", "One", "Done")
TWO = named("stories/US0002-two.md", "Two")
PLAN = named("plans/PL0001-do.md", "Do")


async def test_everything_around_a_document(client: httpx.AsyncClient, documents: str) -> None:
    answer = await client.get(f"{documents}/story/US0002/related")
    assert answer.status_code == 200, answer.text
    assert answer.json() == TWO | {
        "parents": [EPIC],
        "children": [PLAN],
        "depends_on": [ONE],
        "dependents": [PLAN],
        "relations": [
            {"relation": "epic", "target": "EP0001", "document": EPIC},
            {"relation": "depends_on", "target": "US0001", "document": ONE},
            {"relation": "depends_on", "target": "US0404", "document": None},
            {"relation": "supersedes", "target": "CR0404", "document": None},
        ],
        "mentions": [
            {"relation": "mention", "target": "US0001", "document": ONE},
            {"relation": "mention", "target": "BG0404", "document": None},
        ],
    }


async def test_up_and_down(client: httpx.AsyncClient, documents: str) -> None:
    plan = (await client.get(f"{documents}/plan/PL0001-do/related")).json()
    assert plan["parents"] == [TWO, EPIC]
    epic = (await client.get(f"{documents}/epic/EP0001-harbour/related")).json()
    assert [child["doc_id"] for child in epic["children"]] == ["US0001-one", "US0002-two"]


async def test_target_added_later_is_found(
    app: FastAPI, client: httpx.AsyncClient, documents: str, workspace: Path
) -> None:
    address = f"{documents}/story/US0002/related"
    before = await client.get(address)
    write_workspace(workspace, {"stories/US0404-late.md": "# Late\n"})
    await client.post(f"{documents.removesuffix('/documents')}/sync")
    await app.state.runner.wait()
    after = await client.get(address)
    assert [found["title"] for found in after.json()["depends_on"]] == ["One", "Late"]
    assert before.headers["etag"] != after.headers["etag"]


async def test_not_found(client: httpx.AsyncClient, documents: str) -> None:
    for path in ("story/US0404/related", "epic/US0001/related", "story/US0001/related?path=x"):
        problem(await client.get(f"{documents}/{path}"), 404, "NOT_FOUND")

"""PUT /api/v1/projects/{slug}."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem
from support.workspaces import write_workspace

pytestmark = pytest.mark.anyio

GITHUB_ONLY = {"repo_url": None, "repo_branch": "main", "repo_path": "sdlc-studio"}


@pytest.fixture
def other(workspace: Path) -> Path:
    """Another workspace that the service may read."""
    return write_workspace(workspace.parent / "other", {"trd.md": "# Another\n"})


async def test_each_field_changes_alone(
    client: httpx.AsyncClient, synced: str, other: Path
) -> None:
    before = (await client.get(synced)).json()
    for change in ({"name": "Quay"}, {"auto_sync": True}, {"sdlc_path": str(other)}):
        answer = await client.put(synced, json=change)
        assert answer.status_code == 200, answer.text
        after = answer.json()
        assert after == before | change
        assert after == (await client.get(synced)).json()
        before = after


async def test_slug_stays(client: httpx.AsyncClient, synced: str) -> None:
    assert (await client.put(synced, json={"name": "Quay"})).json()["slug"] == "harbour"
    assert (await client.get(synced)).json()["name"] == "Quay"


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": None},
        {"connection_id": None},
        {"source_type": "local"},
        GITHUB_ONLY,
        GITHUB_ONLY | {"access_token": None, "connection_id": None, "unknown": 1},
    ],
)
async def test_fields_of_other_sources_are_accepted_and_change_nothing(
    change: dict[str, object], client: httpx.AsyncClient, synced: str
) -> None:
    before = (await client.get(synced)).json()
    answer = await client.put(synced, json=change)
    assert (answer.status_code, answer.json()) == (200, before)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "body"),
        ({"unknown": 1}, "body"),
        ({"name": ""}, "body.name"),
        ({"name": None}, "body.name"),
        ({"name": " "}, "body.name"),
        ({"name": "!!!"}, "body.name"),
        ({"name": "x" * 201}, "body.name"),
        ({"sdlc_path": ""}, "body.sdlc_path"),
        ({"sdlc_path": None}, "body.sdlc_path"),
        ({"auto_sync": None}, "body.auto_sync"),
        ({"auto_sync": "maybe"}, "body.auto_sync"),
        ({"source_type": "github"}, "body.repo_url"),
        ({"source_type": "ftp"}, "body.source_type"),
        ({"source_type": None}, "body.source_type"),
        ({"repo_url": 5}, "body.repo_url"),
        ({"connection_id": "one"}, "body.connection_id"),
    ],
)
async def test_invalid(
    change: dict[str, object], field: str, visitor: httpx.AsyncClient, harbour: str
) -> None:
    before = (await visitor.get(harbour)).json()
    answer = await visitor.put(harbour, json=change)
    assert field in problem(answer, 422, "VALIDATION_ERROR")
    assert (await visitor.get(harbour)).json() == before


async def test_order_of_refusals(visitor: httpx.AsyncClient, harbour: str) -> None:
    change: dict[str, object] = {
        "name": "",
        "access_token": "ghp_secret",
        "connection_id": 10**30,
        "sdlc_path": "/nowhere",
    }
    nowhere = await visitor.put("/api/v1/projects/nowhere", json=change)
    problem(nowhere, 422, "VALIDATION_ERROR")
    change["name"] = "Quay"
    problem(await visitor.put("/api/v1/projects/nowhere", json=change), 404, "NOT_FOUND")
    refused = await visitor.put(harbour, json=change)
    assert "body.access_token" in problem(refused, 422, "TOKEN_STORAGE_DISABLED")
    assert "ghp_secret" not in refused.text
    del change["access_token"]
    assert "connection" in problem(await visitor.put(harbour, json=change), 404, "NOT_FOUND")
    del change["connection_id"]
    problem(await visitor.put(harbour, json=change), 400, "PATH_NOT_FOUND")
    assert (await visitor.get(harbour)).json()["name"] == "Harbour"


async def test_next_sync_reads_the_new_folder(
    app: FastAPI, client: httpx.AsyncClient, synced: str, other: Path
) -> None:
    assert (await client.post(f"{synced}/sync")).status_code == 202
    moved = await client.put(synced, json={"sdlc_path": str(other)})
    assert moved.json()["sync_status"] == "synced", "the sync of the former folder has ended"
    await app.state.runner.wait()
    assert (await client.get(synced)).json() == moved.json()

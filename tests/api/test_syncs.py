"""GET /api/v1/projects/{slug}/syncs, and the newest of them on the project."""

import shutil
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem

pytestmark = pytest.mark.anyio

PROJECT = "/api/v1/projects"


async def sync(app: FastAPI, client: httpx.AsyncClient, synced: str) -> None:
    assert (await client.post(f"{synced}/sync")).status_code == 202
    await app.state.runner.wait()


async def test_report_on_a_first_sync(visitor: httpx.AsyncClient, harbour: str) -> None:
    (report,) = (await visitor.get(f"{harbour}/syncs")).json()
    assert report.pop("started_at") <= report.pop("finished_at")
    assert report == {
        "trigger": "manual",
        "outcome": "synced",
        "added": 5,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "failed": 0,
        "failures": [],
        "message": None,
        "revision": 1,
        "held_back": None,
        "code": None,
    }


async def test_newest_comes_first_and_is_the_projects_last_sync(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    (workspace / "prd.md").write_text("# Other\n")
    (workspace / "trd.md").write_text("# New\n")
    (workspace / "stories" / "US0003-three.md").unlink()
    await sync(app, client, synced)
    shutil.rmtree(workspace)
    await sync(app, client, synced)
    newest, second, first = (await client.get(f"{synced}/syncs")).json()
    assert newest["started_at"] >= second["started_at"] >= first["started_at"]
    assert (newest["outcome"], newest["revision"]) == ("error", second["revision"])
    assert newest["message"]
    assert second["revision"] > first["revision"]
    counts = ("added", "changed", "unchanged", "removed")
    assert [second[name] for name in counts] == [1, 1, 3, 1]
    project = (await client.get(synced)).json()
    assert project["last_sync"] == newest
    assert project == (await client.get(PROJECT)).json()[0]
    changed = await client.put(synced, json={"name": "Quay"})
    assert changed.json()["last_sync"] == newest


async def test_file_that_cannot_be_read_is_named(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    with (workspace / "prd.md").open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    await sync(app, client, synced)
    report = (await client.get(f"{synced}/syncs")).json()[0]
    assert (report["outcome"], report["failed"]) == ("synced", 1)
    (failure,) = report["failures"]
    assert failure["path"] == "prd.md"
    assert failure["reason"]
    assert str(workspace) not in str(report)


async def test_project_never_synced(client: httpx.AsyncClient, workspace: Path) -> None:
    body = {"name": "Quay", "sdlc_path": str(workspace)}
    assert (await client.post(PROJECT, json=body)).json()["last_sync"] is None
    assert (await client.get(f"{PROJECT}/quay/syncs")).json() == []


async def test_unknown_project(visitor: httpx.AsyncClient) -> None:
    problem(await visitor.get(f"{PROJECT}/nowhere/syncs"), 404, "NOT_FOUND")

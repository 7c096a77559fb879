"""POST /api/v1/projects/{slug}/sync."""

import shutil
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem
from support.workspaces import write_workspace

from sdlc_lens.sources.folder import read_folder
from sdlc_lens.sources.snapshot import Snapshot
from sdlc_lens.sync import sync as run

pytestmark = pytest.mark.anyio


async def test_sync_is_accepted_and_runs_in_the_background(
    app: FastAPI, client: httpx.AsyncClient, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_read = Event()

    def read(*arguments: Any) -> Snapshot:
        assert may_read.wait(20)
        return read_folder(*arguments)

    monkeypatch.setattr(run, "read_folder", read)
    await client.post("/api/v1/projects", json={"name": "Tide", "sdlc_path": str(workspace)})
    answer = await client.post("/api/v1/projects/tide/sync")
    assert answer.status_code == 202
    started = answer.json()
    assert (started["slug"], started["sync_status"]) == ("tide", "syncing")
    assert started["message"]
    busy = await client.post("/api/v1/projects/tide/sync")
    assert "'tide'" in problem(busy, 409, "SYNC_IN_PROGRESS")
    assert int(busy.headers["retry-after"]) > 0
    assert (await client.get("/api/v1/projects/tide")).json()["sync_status"] == "syncing"
    may_read.set()
    await app.state.runner.wait()
    project = (await client.get("/api/v1/projects/tide")).json()
    assert (project["sync_status"], project["document_count"]) == ("synced", 5)
    assert project["schema_version"] == "2"
    assert project["last_synced_at"].endswith("Z")


async def test_failed_sync_says_why_and_keeps_what_is_stored(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    shutil.rmtree(workspace)
    await client.post(f"{synced}/sync")
    await app.state.runner.wait()
    project = (await client.get(synced)).json()
    assert (project["sync_status"], project["document_count"]) == ("error", 5)
    assert str(workspace) in project["sync_error"]
    write_workspace(workspace, {"prd.md": "# Back"})
    await client.post(f"{synced}/sync")
    await app.state.runner.wait()
    project = (await client.get(synced)).json()
    assert (project["sync_status"], project["sync_error"]) == ("synced", None)


async def test_removal_of_most_documents_is_held_back_until_confirmed(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    shutil.rmtree(workspace)
    workspace.mkdir()
    await client.post(f"{synced}/sync")
    await app.state.runner.wait()
    project = (await client.get(synced)).json()
    assert (project["sync_status"], project["document_count"]) == ("error", 5)
    assert "?confirm=true" in project["sync_error"]
    assert (await client.post(f"{synced}/sync?confirm=true")).status_code == 202
    await app.state.runner.wait()
    project = (await client.get(synced)).json()
    assert (project["sync_status"], project["document_count"]) == ("synced", 0)


async def test_confirm_is_a_boolean(visitor: httpx.AsyncClient, harbour: str) -> None:
    answer = await visitor.post(f"{harbour}/sync?confirm=perhaps")
    assert "confirm" in problem(answer, 422, "VALIDATION_ERROR")


async def test_unknown_project(visitor: httpx.AsyncClient) -> None:
    problem(await visitor.post("/api/v1/projects/nowhere/sync"), 404, "NOT_FOUND")

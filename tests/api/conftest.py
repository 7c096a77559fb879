from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from databases import migrated, migrated_once
from fastapi import FastAPI
from workspaces import write_workspace

from sdlc_lens.main import create_app
from sdlc_lens.settings import DATABASE_SCHEME, Settings

__all__ = ["migrated", "migrated_once"]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace below the base that the service allows."""
    story = "# {0}: Berth\n\n> **Status:** {1}\n> **Epic:** EP0001\n> **Points:** 3\n"
    return write_workspace(
        tmp_path / "projects" / "harbour",
        {
            "epics/EP0001-harbour.md": "# EP0001: Harbour\n\n> **Status:** Draft\n",
            "stories/US0001-one.md": story.format("US0001", "Done"),
            "stories/US0002-two.md": story.format("US0002", "In-Progress"),
            "stories/US0003-three.md": "# US0003: Three\n",
            "prd.md": "# What for\n",
        },
    )


@pytest.fixture
async def app(migrated: Path, tmp_path: Path) -> AsyncIterator[FastAPI]:
    settings = Settings(
        database_url=f"{DATABASE_SCHEME}{migrated}",
        allowed_project_base=tmp_path / "projects",
        allowed_hosts="lens",
    )
    app = create_app(settings)
    yield app
    await app.state.runner.close()
    await app.state.database.close()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://lens") as client:
        yield client


@pytest.fixture
async def synced(app: FastAPI, client: httpx.AsyncClient, workspace: Path) -> str:
    """The address of a project that has been synced."""
    body = {"name": "Harbour", "source_type": "local", "sdlc_path": str(workspace)}
    assert (await client.post("/api/v1/projects", json=body)).status_code == 201
    assert (await client.post("/api/v1/projects/harbour/sync")).status_code == 202
    await app.state.runner.wait()
    return "/api/v1/projects/harbour"

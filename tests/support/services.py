"""The service with a small workspace, for tests that ask it over HTTP."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from sdlc_lens.db.database import Database
from sdlc_lens.main import create_app
from sdlc_lens.queries.projects import add_project
from sdlc_lens.settings import DATABASE_SCHEME, Settings
from sdlc_lens.sync.runner import Runner
from support.github import FakeGitHub
from support.port import PORT
from support.workspaces import write_workspace

STORY = "# {0}: Berth\n\n> **Status:** {1}\n> **Epic:** EP0001\n> **Points:** 3\n"
KEY = "bGFudGVybiBvZiBnbGFzcyBhbmQgYnJhc3MgbWFkZSA="
WEBHOOK_SECRET = "BellBuoyAtTheHarbourMouth"
HARBOUR = {
    "epics/EP0001-harbour.md": "# EP0001: Harbour\n\n> **Status:** Draft\n",
    "stories/US0001-one.md": STORY.format("US0001", "Done"),
    "stories/US0002-two.md": STORY.format("US0002", "In-Progress"),
    "stories/US0003-three.md": "# US0003: Three\n",
    "prd.md": "# What for\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace below the base that the service allows."""
    return write_workspace(tmp_path / "projects" / "harbour", HARBOUR)


@pytest.fixture(scope="session")
def synced_once(migrated_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the project called `harbour`, as its first sync left it."""
    folder = tmp_path_factory.mktemp("synced")
    workspace = write_workspace(folder / "projects" / "harbour", HARBOUR)
    path = Path(shutil.copy(migrated_once, folder / "lens.db"))

    async def sync() -> None:
        database = Database(path)
        async with database.write() as session:
            await add_project(session, "harbour", "Harbour", str(workspace))
        assert (await Runner(database, folder).sync("harbour")).added == len(HARBOUR)
        await database.close()

    asyncio.run(sync())
    assert not path.with_name("lens.db-wal").exists()
    return path


@asynccontextmanager
async def serving(database: Path, projects: Path, **settings: Any) -> AsyncIterator[FastAPI]:
    """The service on DATABASE, with these SETTINGS; workspaces are below PROJECTS."""
    app = create_app(
        Settings(
            database_url=f"{DATABASE_SCHEME}{database}",
            allowed_project_base=projects,
            allowed_hosts="lens",
            **settings,
        )
    )
    yield app
    await app.state.polling.close()
    await app.state.runner.close()
    await app.state.database.close()


def asking(app: FastAPI) -> httpx.AsyncClient:
    """A client of APP, without a network between them."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://lens")


@asynccontextmanager
async def serving_projects(
    migrated: Path, folder: Path, projects: Mapping[str, Mapping[str, str | bytes]]
) -> AsyncIterator[FastAPI]:
    """A service with PROJECTS, the files of each by path, synced; all is kept in FOLDER."""
    database = Path(shutil.copy(migrated, folder))
    async with serving(database, folder / "projects") as app:
        for name, files in projects.items():
            await sync_project(app, name, write_workspace(folder / "projects" / name, files))
        yield app


@asynccontextmanager
async def visiting(
    migrated: Path, folder: Path, projects: Mapping[str, Mapping[str, str | bytes]]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of such a service."""
    async with serving_projects(migrated, folder, projects) as app, asking(app) as client:
        yield client


@pytest.fixture
async def app(migrated: Path, tmp_path: Path) -> AsyncIterator[FastAPI]:
    async with serving(migrated, tmp_path / "projects") as app:
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(app) as client:
        yield client


@pytest.fixture
def synced(migrated: Path, synced_once: Path, app: FastAPI, workspace: Path) -> str:
    """The address of a project that has been synced."""
    shutil.copy(synced_once, migrated)
    with closing(sqlite3.connect(migrated)) as connection, connection:
        paths = {"path": str(workspace)}
        connection.execute("UPDATE projects SET sdlc_path = :path, synced_path = :path", paths)
    return "/api/v1/projects/harbour"


@pytest.fixture
async def port(app: FastAPI, tmp_path: Path) -> str:
    """The address of the page of a project with a bit of everything."""
    folder = write_workspace(tmp_path / "projects" / "port", PORT)
    return await sync_project(app, "port", folder)


async def sync_project(app: FastAPI, slug: str, folder: Path) -> str:
    """Add a project and sync it; the address of its page."""
    async with app.state.database.write() as session:
        await add_project(session, slug, slug.title(), str(folder))
    await app.state.runner.sync(slug)
    return f"/projects/{slug}"


@pytest.fixture
async def connected_app(
    migrated: Path, tmp_path: Path, github: FakeGitHub
) -> AsyncIterator[FastAPI]:
    async with serving_connected(migrated, tmp_path / "projects", github) as app:
        yield app


@asynccontextmanager
async def serving_connected(
    database: Path, projects: Path, github: FakeGitHub
) -> AsyncIterator[FastAPI]:
    """The service with a key for tokens, a secret for webhooks, and a GitHub to ask."""
    async with serving(
        database,
        projects,
        git_hosts=github.url,
        github_api_url=github.url,
        token_encryption_key=SecretStr(KEY),
        webhook_secret=SecretStr(WEBHOOK_SECRET),
    ) as app:
        yield app


@pytest.fixture
async def connected(connected_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(connected_app) as client:
        yield client

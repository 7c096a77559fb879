"""The pages of a service that may read one git server, and a project that it has."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from sdlc_lens.main import create_app
from sdlc_lens.settings import DATABASE_SCHEME, Settings
from support.browsing import ORIGIN
from support.git_server import GitServer
from support.html import Element
from support.services import KEY

TOKEN = "ghp_BrassLanternTwelve"
SECRET = "BellBuoy"


@pytest.fixture
def settings(migrated: Path, tmp_path: Path, server: GitServer) -> Settings:
    """Of a service with a key for tokens and a secret for webhooks, that may read the server."""
    return Settings(
        database_url=f"{DATABASE_SCHEME}{migrated}",
        allowed_project_base=tmp_path,
        allowed_hosts="lens",
        git_hosts=f"github.com,{server.url}",
        github_api_url=f"{server.url}/api/v3",
        token_encryption_key=SecretStr(KEY),
        webhook_secret=SecretStr(SECRET),
        git_poll_interval_seconds=77,
    )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    yield app
    await app.state.runner.close()
    await app.state.database.close()


@pytest.fixture
async def added(app: FastAPI, client: httpx.AsyncClient, server: GitServer) -> str:
    """The address of a project that reads the repository with a token, synced once."""
    form = {"repository": f"{server.url}/o/harbour", "name": "", "token": TOKEN}
    answer = await client.post("/add", data=form, headers=ORIGIN)
    assert answer.status_code == 303, answer.text
    await app.state.runner.wait()
    return answer.headers["location"].removesuffix("/syncs")


async def stored(client: httpx.AsyncClient, slug: str) -> tuple[str, str | None, str]:
    """Where a project's workspace is: repository, branch, folder."""
    project = (await client.get(f"/api/v1/projects/{slug}")).json()
    return project["repo_url"], project["repo_branch"], project["repo_path"]


def typed(page: Element) -> dict[str, str]:
    """What the form of a repository shows in its fields."""
    names = ("repository", "branch", "path")
    return {name: page.one("input", name=name).attributes["value"] for name in names}

"""What the pages show of syncs of git repositories: progress, commits, failures."""

import asyncio
from threading import Event

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import ORIGIN, visit
from support.git_objects import Repository
from support.git_projects import repository, server
from support.git_server import GitServer, Reply, Request
from support.repository_pages import added, app, settings
from support.services import asking

from sdlc_lens.main import create_app
from sdlc_lens.settings import Settings

__all__ = ["added", "app", "repository", "server", "settings"]

pytestmark = pytest.mark.anyio


async def test_pages_name_the_commit_and_link_to_it(
    app: FastAPI, client: httpx.AsyncClient, added: str, server: GitServer, repository: Repository
) -> None:
    commit = repository.refs["refs/heads/main"]
    url = f"{server.url}/o/harbour"
    page = await visit(client, added)
    assert page.link(f"commit {commit[:10]}") == f"{url}/commit/{commit}"
    assert "of 2 Jan 2026, 03:04 UTC, the default branch, folder sdlc-studio of" in page.text
    assert f"commit {commit[:10]} of harbour" in (await visit(client, "/")).text
    page = await visit(client, f"{added}/documents/story/US0001-berth")
    file = f"{url}/blob/{commit}/sdlc-studio/stories/US0001-berth.md"
    assert page.link("The file") == file
    assert "Last change" not in page.text
    await app.state.history.look()
    page = await visit(client, f"{added}/documents/story/US0001-berth")
    assert f"Last change Text Ada, 2 Jan 2026, 03:04 UTC, commit {commit[:10]}" in " ".join(
        found.text for found in page.one("div", class_="side after").all("dt", "dd")
    )


async def test_forge_of_an_unknown_kind_has_no_links(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"github_api_url": "https://api.github.com"}))
    async with asking(app) as client:
        url = settings.git_hosts.split(",")[1]
        await client.post("/add", data={"repository": f"{url}/o/harbour"}, headers=ORIGIN)
        await app.state.runner.wait()
        page = await visit(client, "/projects/harbour/documents/story/US0001-berth")
        assert "Read at commit" in page.text
        assert not page.all("a", rel="noopener noreferrer")
    await app.state.runner.close()
    await app.state.database.close()


async def test_failed_sync_is_explained_on_the_overview(
    app: FastAPI, client: httpx.AsyncClient, added: str, server: GitServer
) -> None:
    server.backend = lambda _: (401, {}, b"")
    await client.post(f"{added}/syncs", headers=ORIGIN)
    await app.state.runner.wait()
    page = await visit(client, added)
    (notice,) = page.all("section", class_="notice")
    assert "The server refuses the token (status 401)" in notice.text
    assert "Give the project or its connection another one." in notice.text
    assert notice.one("form").attributes["action"] == f"{added}/syncs"
    assert notice.one("button").text == "Sync now"
    assert "2 documents" in (await visit(client, f"{added}/documents")).text, "nothing is lost"


async def test_sync_under_way_shows_what_it_has_received(
    app: FastAPI, client: httpx.AsyncClient, server: GitServer
) -> None:
    answer, reached, released = server.backend, Event(), Event()

    def slow(request: Request) -> Reply | None:
        if len(server.requests) == 4:
            reached.set()
            released.wait(10)
        return answer(request)

    server.backend = slow
    form = {"repository": f"{server.url}/o/harbour"}
    landed = (await client.post("/add", data=form, headers=ORIGIN)).headers["location"]
    assert await asyncio.to_thread(reached.wait, 10)
    page = await visit(client, landed)
    assert "1 kB received from the git server, for " in page.one("div", class_="progress").text
    assert page.one("noscript").one("meta").attributes["http-equiv"] == "refresh"
    released.set()
    await app.state.runner.wait()
    page = await visit(client, landed)
    assert not page.one("div", class_="progress").text
    assert not page.all("noscript")

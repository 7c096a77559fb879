"""Projects of git repositories on the pages: adding one, its settings, and where it stands."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from support.browsing import ORIGIN, read, visit
from support.git_objects import Repository
from support.git_projects import repository, server
from support.git_server import GitServer, Reply, Request
from support.html import Element
from support.services import KEY, asking

from sdlc_lens.main import create_app
from sdlc_lens.settings import DATABASE_SCHEME, Settings

__all__ = ["repository", "server"]

pytestmark = pytest.mark.anyio

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


async def test_added_repository_is_synced(client: httpx.AsyncClient, added: str) -> None:
    assert added == "/projects/harbour"
    assert "2 documents" in (await visit(client, f"{added}/documents")).text


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"repository": "o/r"}, ("https://github.com/o/r", None, "sdlc-studio")),
        (
            {"repository": " o/r@feature/x:docs/sdlc-studio "},
            ("https://github.com/o/r", "feature/x", "docs/sdlc-studio"),
        ),
        ({"repository": "o/r:."}, ("https://github.com/o/r", None, ".")),
        (
            {"repository": "o/r", "branch": "next", "path": "docs"},
            ("https://github.com/o/r", "next", "docs"),
        ),
        (
            {"repository": "github.com/o/r.git"},
            ("https://github.com/o/r.git", None, "sdlc-studio"),
        ),
        (
            {"repository": "git@github.com:o/r.git"},
            ("https://github.com/o/r.git", None, "sdlc-studio"),
        ),
        (
            {"repository": "https://github.com/o/r?tab=readme-ov-file#readme"},
            ("https://github.com/o/r", None, "sdlc-studio"),
        ),
        (
            {"repository": "https://github.com/o/r/tree/main/docs/sdlc-studio"},
            ("https://github.com/o/r", "main", "docs/sdlc-studio"),
        ),
        (
            {"repository": "https://github.com/o/r/tree/main/"},
            ("https://github.com/o/r", "main", "sdlc-studio"),
        ),
        (
            {"repository": "https://github.com/o/r/tree/feature/x/docs", "branch": "feature/x"},
            ("https://github.com/o/r", "feature/x", "docs"),
        ),
        (
            {"repository": "https://github.com/g/s/r/-/tree/feature%2Fx/a%20b"},
            ("https://github.com/g/s/r", "feature/x", "a b"),
        ),
    ],
)
async def test_pasted_address_is_taken_apart(
    client: httpx.AsyncClient,
    app: FastAPI,
    monkeypatch: pytest.MonkeyPatch,
    form: dict[str, str],
    place: tuple[str, str | None, str],
) -> None:
    async def start(_: str) -> None:
        pass

    monkeypatch.setattr(app.state.runner, "start", start)
    answer = await client.post("/add", data=form, headers=ORIGIN)
    assert answer.status_code == 303, answer.text
    slug = answer.headers["location"].split("/")[2]
    assert slug == "r"
    assert await stored(client, slug) == place


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"repository": "https://git.example/o/r"}, "SDLC_LENS_GIT_HOSTS"),
        ({"repository": "harbour"}, "Repository: is not an address"),
        ({"repository": ""}, "Repository: is missing"),
        ({"repository": "https://a:b@github.com/o/r"}, "a user or a password"),
        ({"repository": "https://github.com/o/r/blob/main/prd.md"}, "the page of a file"),
        ({"repository": "o/r", "branch": "a b"}, "Branch or tag: 'a b'"),
        ({"repository": "o/r", "path": "../x"}, "Folder in the repository: '../x'"),
        ({"repository": "o/r", "token": "a b"}, "Access token: is not a token"),
        ({"repository": "o/r", "name": "!!!"}, "no letter"),
    ],
)
async def test_mistake_is_named_and_the_form_keeps_what_was_typed(
    client: httpx.AsyncClient, form: dict[str, str], problem: str
) -> None:
    answer = await client.post("/add", data=form, headers=ORIGIN)
    assert answer.status_code == 422
    page = read(answer)
    assert problem in page.one("p", role="alert").text
    assert typed(page) == {"branch": "", "path": ""} | {
        name: value for name, value in form.items() if name not in ("token", "name")
    }
    assert "value" not in page.one("input", name="token").attributes


async def test_name_that_is_taken_is_refused(client: httpx.AsyncClient, added: str) -> None:
    form = {"repository": "o/harbour"}
    answer = await client.post("/add", data=form, headers=ORIGIN)
    assert answer.status_code == 409
    assert "exists already" in read(answer).one("p", role="alert").text


async def test_without_a_key_there_is_no_field_for_a_token(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"token_encryption_key": SecretStr("")}))
    async with asking(app) as client:
        page = await visit(client, "/add")
        assert not page.all("input", name="token")
        assert "because SDLC_LENS_TOKEN_ENCRYPTION_KEY is not set" in page.text
        form = {"repository": "o/r", "token": TOKEN}
        answer = await client.post("/add", data=form, headers=ORIGIN)
        assert answer.status_code == 422
        assert "SDLC_LENS_TOKEN_ENCRYPTION_KEY" in read(answer).one("p", role="alert").text
    await app.state.database.close()


async def test_settings_show_and_change_the_repository(
    app: FastAPI, client: httpx.AsyncClient, added: str, server: GitServer, repository: Repository
) -> None:
    page = await visit(client, f"{added}/settings")
    url = f"{server.url}/o/harbour"
    assert typed(page) == {"repository": url, "branch": "", "path": "sdlc-studio"}
    assert "read with the stored token ****elve" in page.text
    assert TOKEN not in page.text
    form = {"name": "Harbour", "repository": f"{url}/tree/main/docs", "branch": "", "path": ""}
    answer = await client.post(f"{added}/settings", data=form, headers=ORIGIN)
    assert answer.status_code == 303
    assert await stored(client, "harbour") == (url, "main", "docs")
    assert "****elve" in (await visit(client, f"{added}/settings")).text
    form |= {"remove_token": "yes"}
    await client.post(f"{added}/settings", data=form, headers=ORIGIN)
    assert "read with no token" in (await visit(client, f"{added}/settings")).text


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
    assert "Give the project another one." in notice.text
    assert notice.one("form").attributes["action"] == f"{added}/syncs"
    assert notice.one("button").text == "Sync now"
    assert "2 documents" in (await visit(client, f"{added}/documents")).text, "nothing is lost"


async def test_settings_explain_the_webhook(
    client: httpx.AsyncClient, added: str, settings: Settings
) -> None:
    page = await visit(client, f"{added}/settings")
    assert "http://lens/api/v1/webhooks/git" in page.text
    assert "does not sync by itself yet" in page.text
    assert SECRET not in page.text
    app = create_app(settings.model_copy(update={"webhook_secret": SecretStr("")}))
    async with asking(app) as other:
        assert "Webhook" not in (await visit(other, f"{added}/settings")).text
    await app.state.database.close()


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


async def test_token_is_not_moved_to_another_server(client: httpx.AsyncClient, added: str) -> None:
    form = {"name": "Harbour", "repository": "o/r", "branch": "next", "path": ""}
    answer = await client.post(f"{added}/settings", data=form, headers=ORIGIN)
    assert answer.status_code == 422
    page = read(answer)
    assert "another server" in page.one("p", role="alert").text
    assert typed(page) == {"repository": "o/r", "branch": "next", "path": ""}

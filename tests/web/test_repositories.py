"""Adding projects of git repositories on the pages."""

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from support.browsing import ORIGIN, read, visit
from support.git_projects import repository, server
from support.repository_pages import TOKEN, added, app, settings, stored, typed
from support.services import asking

from sdlc_lens.main import create_app
from sdlc_lens.settings import Settings

__all__ = ["added", "app", "repository", "server", "settings"]

pytestmark = pytest.mark.anyio


async def test_added_repository_is_synced(client: httpx.AsyncClient, added: str) -> None:
    assert added == "/projects/harbour"
    assert "2 documents" in (await visit(client, f"{added}/documents")).text


@pytest.mark.parametrize(
    ("form", "place"),
    [
        (
            {"repository": " o/r@feature/x:docs/sdlc-studio "},
            ("https://github.com/o/r", "feature/x", "docs/sdlc-studio"),
        ),
        (
            {"repository": "o/r", "branch": "next", "path": "docs"},
            ("https://github.com/o/r", "next", "docs"),
        ),
        (
            {"repository": "https://github.com/o/r/tree/feature/x/docs", "branch": "feature/x"},
            ("https://github.com/o/r", "feature/x", "docs"),
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
        ({"repository": "harbour"}, "Repository: 'harbour' does not name a repository"),
        ({"repository": ""}, "Repository: is missing"),
        ({"repository": "o/r/pull/1"}, "another page of https://github.com/o/r. Give that"),
        ({"repository": "https://a:b@github.com/o/r"}, "a user or a password"),
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

"""The settings of projects of git repositories on the pages."""

import httpx
import pytest
from pydantic import SecretStr
from support.browsing import ORIGIN, read, visit
from support.git_projects import repository, server
from support.git_server import GitServer
from support.repository_pages import SECRET, TOKEN, added, app, settings, stored, typed
from support.services import asking

from sdlc_lens.main import create_app
from sdlc_lens.settings import Settings

__all__ = ["added", "app", "repository", "server", "settings"]

pytestmark = pytest.mark.anyio


async def test_settings_show_and_change_the_repository(
    client: httpx.AsyncClient, added: str, server: GitServer
) -> None:
    page = await visit(client, f"{added}/settings")
    url = f"{server.url}/o/harbour"
    assert typed(page) == {"repository": url, "branch": "", "path": "sdlc-studio"}
    assert "the stored token ****elve" in page.text
    assert "looks for changes every 77 seconds" in page.text
    assert TOKEN not in page.text
    form = {"name": "Harbour", "repository": f"{url}/tree/main/docs", "branch": "", "path": ""}
    answer = await client.post(f"{added}/settings", data=form, headers=ORIGIN)
    assert answer.status_code == 303
    assert await stored(client, "harbour") == (url, "main", "docs")
    assert "****elve" in (await visit(client, f"{added}/settings")).text
    form |= {"access": "none"}
    await client.post(f"{added}/settings", data=form, headers=ORIGIN)
    assert "****elve" not in (await visit(client, f"{added}/settings")).text


async def test_saved_page_keeps_the_type_that_a_client_knows(
    client: httpx.AsyncClient, added: str
) -> None:
    project = f"/api/v1{added}"
    await client.put(project, json={"source_type": "github"})
    form = {"name": "Harbour", "repository": "o/r", "access": "none"}
    await client.post(f"{added}/settings", data=form, headers=ORIGIN)
    found = (await client.get(project)).json()
    assert (found["source_type"], found["repo_branch"]) == ("github", "main")


async def test_token_is_not_moved_to_another_server(client: httpx.AsyncClient, added: str) -> None:
    form = {"name": "Harbour", "repository": "o/r", "branch": "next", "path": ""}
    answer = await client.post(f"{added}/settings", data=form, headers=ORIGIN)
    assert answer.status_code == 422
    page = read(answer)
    assert "another server" in page.one("p", role="alert").text
    assert typed(page) == {"repository": "o/r", "branch": "next", "path": ""}


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

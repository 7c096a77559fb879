"""What a repository is read with: no token, one typed in, one by name, or a connection."""

from base64 import b64encode
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from support.browsing import ORIGIN, read, visit
from support.git_projects import repository, server
from support.git_server import GitServer
from support.html import Element
from support.repository_pages import TOKEN, added, app, settings
from support.services import asking

from sdlc_lens import token_names
from sdlc_lens.main import create_app
from sdlc_lens.queries.connections import add_connection
from sdlc_lens.settings import Settings

__all__ = ["added", "app", "repository", "server", "settings"]

pytestmark = pytest.mark.anyio

VARIABLE, FILE = "SDLC_LENS_GIT_TOKEN_QUAY", "/run/secrets/git_token_pier"
CONNECTION = "connection:1"
TOKENS = {"": TOKEN, f"name:{VARIABLE}": "of-the-quay", f"name:{FILE}": "of-the-pier",
          CONNECTION: "of-the-buoy"}  # fmt: skip
WORDS = {
    "none": "no token",
    "typed": "the access token typed in below",
    f"name:{VARIABLE}": f"the token in {VARIABLE}",
    f"name:{FILE}": f"the token in {FILE}",
    CONNECTION: "the connection Buoys (keeper at 127.0.0.1)",
}


@pytest.fixture
async def tokens(app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens by name, and a connection."""
    monkeypatch.setenv(VARIABLE, TOKENS[f"name:{VARIABLE}"])
    monkeypatch.setenv("SDLC_LENS_GIT_TOKEN_EMPTY", "")
    monkeypatch.setattr(token_names, "FOLDER", tmp_path)
    (tmp_path / "git_token_pier").write_text(TOKENS[f"name:{FILE}"])
    (tmp_path / "database_password").write_text("not for git")
    sealed = app.state.keys.seal(TOKENS[CONNECTION])
    async with app.state.database.write() as session:
        await add_connection(session, "Buoys", "keeper", sealed, "****buoy")


def offered(page: Element) -> dict[str, str]:
    """What a repository can be read with."""
    options = page.one("select", name="access").all("option")
    return {option.attributes["value"]: option.text for option in options}


def chosen(page: Element) -> str:
    """Which of them is selected."""
    options = page.one("select", name="access").all("option")
    (found,) = [option for option in options if "selected" in option.attributes]
    return found.attributes["value"]


def form(server: GitServer, **fields: str) -> dict[str, str]:
    return {"name": "Harbour", "repository": f"{server.url}/o/harbour", **fields}


async def test_what_exists_is_offered(client: httpx.AsyncClient, tokens: None) -> None:
    page = await visit(client, "/add")
    assert offered(page) == WORDS
    assert chosen(page) == "none"
    assert not any(token in page.text for token in TOKENS.values())


async def test_nothing_is_offered_where_a_token_can_only_be_typed_in(
    client: httpx.AsyncClient, added: str
) -> None:
    page = await visit(client, "/add")
    assert not page.all("select", name="access")
    assert page.one("input", name="token").attributes["type"] == "password"
    page = await visit(client, f"{added}/settings")
    assert list(offered(page)) == ["none", "kept", "typed"], "a stored one can be removed"


@pytest.mark.parametrize("access", TOKENS)
async def test_repository_is_read_with_what_was_chosen(
    app: FastAPI, client: httpx.AsyncClient, server: GitServer, tokens: None, access: str
) -> None:
    fields = {"access": access} if access else {"access": "typed", "token": TOKEN}
    answer = await client.post("/add", data=form(server, **fields), headers=ORIGIN)
    assert answer.status_code == 303
    await app.state.runner.wait()
    login = b64encode(f"x-access-token:{TOKENS[access]}".encode()).decode()
    assert {request.headers["Authorization"] for request in server.requests} == {f"Basic {login}"}
    page = await visit(client, "/projects/harbour/settings")
    assert chosen(page) == (access or "kept")
    assert not any(token in page.text for token in TOKENS.values())


async def test_settings_change_what_a_repository_is_read_with(
    client: httpx.AsyncClient, added: str, server: GitServer, tokens: None
) -> None:
    for access in (f"name:{VARIABLE}", f"name:{FILE}", CONNECTION, "none"):
        assert offered(await visit(client, f"{added}/settings")).keys() >= WORDS.keys()
        changed = form(server, access=access, token="")
        answer = await client.post(f"{added}/settings", data=changed, headers=ORIGIN)
        assert answer.status_code == 303, answer.text
        page = await visit(client, f"{added}/settings")
        assert chosen(page) == access
        assert offered(page) == WORDS
    changed = form(server, access="none", token=TOKEN)
    await client.post(f"{added}/settings", data=changed, headers=ORIGIN)
    assert chosen(await visit(client, f"{added}/settings")) == "kept"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"access": "typed"}, "Access token: is missing"),
        ({"access": CONNECTION, "token": TOKEN}, "Access token: is typed in"),
        ({"access": f"name:{VARIABLE}", "token": TOKEN}, "Access token: is typed in"),
        ({"access": "connection:2"}, "Read with: does not exist"),
        ({"access": "connection:x"}, "Read with: does not exist"),
        ({"access": "kept"}, "Read with: does not exist"),
        ({"access": "name:SDLC_LENS_GIT_TOKEN_EMPTY"}, "Read with: does not exist"),
        ({"access": "name:SDLC_LENS_WEBHOOK_SECRET"}, "Read with: does not exist"),
        ({"access": "name:/run/secrets/database_password"}, "Read with: does not exist"),
        ({"access": CONNECTION, "repository": "o/r"}, "Connection: connections read repositories"),
    ],
)
async def test_mistake_is_named_and_the_choice_stays(
    client: httpx.AsyncClient,
    server: GitServer,
    tokens: None,
    fields: dict[str, str],
    problem: str,
) -> None:
    answer = await client.post("/add", data=form(server, **fields), headers=ORIGIN)
    assert answer.status_code == 422
    page = read(answer)
    assert problem in page.one("p", role="alert").text
    if fields["access"] in WORDS:
        assert chosen(page) == fields["access"]
    assert TOKEN not in answer.text


async def test_token_by_name_that_is_missing_is_kept_and_marked(
    client: httpx.AsyncClient,
    server: GitServer,
    tokens: None,
    added: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    access = f"name:{VARIABLE}"
    await client.post(f"{added}/settings", data=form(server, access=access), headers=ORIGIN)
    monkeypatch.delenv(VARIABLE)
    page = await visit(client, f"{added}/settings")
    assert offered(page)[access] == f"the token in {VARIABLE}, which is missing"
    answer = await client.post(
        f"{added}/settings", data=form(server, access=access), headers=ORIGIN
    )
    assert answer.status_code == 303
    assert chosen(await visit(client, f"{added}/settings")) == access


async def test_stored_token_that_no_key_opens_is_marked(settings: Settings, added: str) -> None:
    another = SecretStr(b64encode(bytes(32)).decode())
    app = create_app(settings.model_copy(update={"token_encryption_key": another}))
    async with asking(app) as client:
        notice = (await visit(client, f"{added}/settings")).one("p", class_="notice bad")
        assert notice.text.startswith("The stored access token cannot be opened with the keys of")
    await app.state.database.close()


async def test_token_by_name_needs_no_key(
    settings: Settings, tokens: None, server: GitServer
) -> None:
    app = create_app(settings.model_copy(update={"token_encryption_key": SecretStr("")}))
    async with asking(app) as client:
        page = await visit(client, "/add")
        assert offered(page).keys() == WORDS.keys() - {"typed"}
        fields = form(server, access=f"name:{FILE}")
        assert (await client.post("/add", data=fields, headers=ORIGIN)).status_code == 303
    await app.state.runner.close()
    await app.state.database.close()

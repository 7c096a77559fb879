"""The token that a project reads its repository with."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.github import TOKEN, FakeGitHub
from support.problems import problem

from sdlc_lens import token_names
from sdlc_lens.sealing import KEY_BYTES, Keys

pytestmark = pytest.mark.anyio

PROJECTS = "/api/v1/projects"
QUAY = f"{PROJECTS}/quay"
NAME = "SDLC_LENS_GIT_TOKEN_QUAY"
OTHER = "ghp_another4321"


@pytest.fixture
def client(connected: httpx.AsyncClient) -> httpx.AsyncClient:
    return connected


@pytest.fixture
def new(github: FakeGitHub) -> dict[str, object]:
    return {"name": "Quay", "source_type": "git", "repo_url": f"{github.url}/quay/berth"}


@pytest.fixture
async def connection_id(client: httpx.AsyncClient) -> int:
    body = {"label": "Quay", "access_token": TOKEN}
    connection: int = (await client.post("/api/v1/connections", json=body)).json()["id"]
    return connection


async def add(client: httpx.AsyncClient, new: dict[str, object], **fields: object) -> None:
    answer = await client.post(PROJECTS, json=new | fields)
    assert answer.status_code == 201, answer.text


async def tokens(client: httpx.AsyncClient) -> tuple[object, object, object]:
    found = (await client.get(QUAY)).json()
    assert found["token_error"] is None
    return found["masked_token"], found["access_token_name"], found["connection_id"]


async def change(client: httpx.AsyncClient, **fields: object) -> tuple[object, object, object]:
    answer = await client.put(QUAY, json=fields)
    assert answer.status_code == 200, answer.text
    return await tokens(client)


async def synced_with(app: FastAPI, github: FakeGitHub) -> str | None:
    """The token that the next sync sends."""
    github.git_tokens.clear()
    await app.state.runner.sync("quay")
    return github.git_tokens[0] if github.git_tokens else None


async def test_own_token(
    client: httpx.AsyncClient, connected_app: FastAPI, new: dict[str, object], github: FakeGitHub
) -> None:
    await add(client, new, access_token=f" {TOKEN}\n")
    assert await tokens(client) == ("****wick", None, None)
    assert await synced_with(connected_app, github) == TOKEN
    assert await change(client, access_token=OTHER) == ("****4321", None, None)
    assert await synced_with(connected_app, github) == OTHER
    assert await change(client, name="Pier") == ("****4321", None, None)
    assert await change(client, access_token=None) == (None, None, None)
    assert await synced_with(connected_app, github) in (None, "")


async def test_token_by_name(
    client: httpx.AsyncClient,
    connected_app: FastAPI,
    new: dict[str, object],
    github: FakeGitHub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await add(client, new, access_token_name=NAME)
    assert await tokens(client) == (None, NAME, None)
    report = await connected_app.state.runner.sync("quay")
    assert (report.outcome, report.code) == ("error", "TOKEN_UNREADABLE")
    assert NAME in report.message
    monkeypatch.setenv(NAME, TOKEN)
    assert await synced_with(connected_app, github) == TOKEN
    assert await change(client, access_token_name=None) == (None, None, None)


async def test_token_by_name_needs_no_key(
    client: httpx.AsyncClient, connected_app: FastAPI, new: dict[str, object]
) -> None:
    connected_app.state.keys = Keys([])
    refused = await client.post(PROJECTS, json=new | {"access_token": TOKEN})
    problem(refused, 422, "TOKEN_STORAGE_DISABLED")
    await add(client, new, access_token_name=NAME)


@pytest.mark.parametrize("name", ["HOME", "SDLC_LENS_WEBHOOK_SECRET", "/etc/passwd", ""])
async def test_name_of_anything_else(
    name: str, connected_visitor: httpx.AsyncClient, new: dict[str, object]
) -> None:
    refused = await connected_visitor.post(PROJECTS, json=new | {"access_token_name": name})
    assert "body.access_token_name" in problem(refused, 422, "VALIDATION_ERROR")


async def test_connection_replaces_an_own_token(
    client: httpx.AsyncClient,
    connected_app: FastAPI,
    new: dict[str, object],
    github: FakeGitHub,
    connection_id: int,
) -> None:
    await add(client, new, access_token=OTHER)
    assert await change(client, connection_id=connection_id) == (None, None, connection_id)
    assert await synced_with(connected_app, github) == TOKEN
    assert await change(client, connection_id=None) == (None, None, None)
    assert await synced_with(connected_app, github) in (None, ""), "the own token is gone"


async def test_own_token_detaches_the_connection(
    client: httpx.AsyncClient, new: dict[str, object], connection_id: int
) -> None:
    await add(client, new, connection_id=connection_id, access_token=None)
    assert await tokens(client) == (None, None, connection_id)
    assert await change(client, access_token=OTHER) == ("****4321", None, None)
    assert await change(client, access_token_name=NAME) == (None, NAME, None)


async def test_connection_in_use_is_not_removed(
    client: httpx.AsyncClient, new: dict[str, object], connection_id: int
) -> None:
    await add(client, new, connection_id=connection_id)
    used = await client.delete(f"/api/v1/connections/{connection_id}")
    assert "'Quay'" in problem(used, 409, "CONNECTION_IN_USE")
    assert (await client.delete(QUAY)).status_code == 204
    assert (await client.delete(f"/api/v1/connections/{connection_id}")).status_code == 204


async def test_unknown_connection(
    client: httpx.AsyncClient, new: dict[str, object], connection_id: int
) -> None:
    for unknown in (connection_id + 1, 0, -1, 10**30):
        refused = await client.post(PROJECTS, json=new | {"connection_id": unknown})
        assert "connection" in problem(refused, 404, "NOT_FOUND")
    await add(client, new)
    problem(await client.put(QUAY, json={"connection_id": 10**30}), 404, "NOT_FOUND")


async def test_only_one_token(
    client: httpx.AsyncClient, new: dict[str, object], connection_id: int
) -> None:
    both = {"access_token": TOKEN, "connection_id": connection_id}
    problem(await client.post(PROJECTS, json=new | both), 422, "VALIDATION_ERROR")


@pytest.mark.parametrize("token", ["", "two words", "ü", "x" * 1001])
async def test_malformed_token(
    token: str, connected_visitor: httpx.AsyncClient, new: dict[str, object]
) -> None:
    refused = await connected_visitor.post(PROJECTS, json=new | {"access_token": token})
    detail = problem(refused, 422, "VALIDATION_ERROR")
    assert detail.startswith("body.access_token: is not a token of")


async def test_local_project_has_no_token(
    client: httpx.AsyncClient, new: dict[str, object], workspace: Path
) -> None:
    local = {"name": "Local", "sdlc_path": str(workspace)}
    refused = await client.post(PROJECTS, json=local | {"access_token": TOKEN})
    assert "body.access_token" in problem(refused, 422, "VALIDATION_ERROR")
    await add(client, new, access_token=TOKEN)
    became = {"source_type": "local", "sdlc_path": str(workspace)}
    assert await change(client, **became) == (None, None, None)


async def test_token_stays_with_its_server(
    client: httpx.AsyncClient, connected_app: FastAPI, new: dict[str, object], github: FakeGitHub
) -> None:
    settings = connected_app.state.settings
    connected_app.state.settings = settings.model_copy(
        update={"git_hosts": f"{github.url},git.example"}
    )
    await add(client, new, access_token=TOKEN)
    other = {"repo_url": "https://git.example/quay/berth"}
    refused = await client.put(QUAY, json=other)
    assert "git.example" in problem(refused, 422, "VALIDATION_ERROR")
    assert await change(client, repo_url=f"{github.url}/quay/crane") == ("****wick", None, None)
    assert await change(client, **other, access_token=OTHER) == ("****4321", None, None)
    assert await change(client, repo_url=new["repo_url"], access_token=None) == (None,) * 3


async def test_connection_reads_from_github_only(
    client: httpx.AsyncClient,
    connected_app: FastAPI,
    new: dict[str, object],
    connection_id: int,
) -> None:
    settings = connected_app.state.settings
    connected_app.state.settings = settings.model_copy(update={"git_hosts": "git.example"})
    new["repo_url"] = "https://git.example/quay/berth"
    refused = await client.post(PROJECTS, json=new | {"connection_id": connection_id})
    assert "body.connection_id" in problem(refused, 422, "VALIDATION_ERROR")


async def test_token_that_no_key_opens_marks_its_project_alone(
    client: httpx.AsyncClient, connected_app: FastAPI, new: dict[str, object], github: FakeGitHub
) -> None:
    await add(client, new, access_token=TOKEN)
    other = Keys([b"n" * KEY_BYTES])
    connected_app.state.keys = other
    connected_app.state.runner._keys = other
    await add(client, new, name="Crane", access_token=OTHER)
    quay, crane = (await client.get(PROJECTS)).json()
    assert "Give the token again" in quay["token_error"]
    assert crane["token_error"] is None
    report = await connected_app.state.runner.sync("quay")
    assert (report.outcome, report.code) == ("error", "TOKEN_UNREADABLE")
    assert (await client.get(QUAY)).json()["sync_status"] == "error"
    assert github.git_tokens == []
    assert (await connected_app.state.runner.sync("crane")).code == "UNAUTHORIZED"
    assert github.git_tokens == [OTHER]


async def test_named_file(
    client: httpx.AsyncClient,
    connected_app: FastAPI,
    new: dict[str, object],
    github: FakeGitHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(token_names, "FOLDER", tmp_path)
    (tmp_path / "git_token_quay").write_text(TOKEN)
    await add(client, new, access_token_name="/run/secrets/git_token_quay")
    assert await synced_with(connected_app, github) == TOKEN

"""Connections: POST, GET, PUT, validate, DELETE /api/v1/connections."""

import httpx
import pytest
from fastapi import FastAPI
from support.github import TOKEN, Account, Failure, FakeGitHub
from support.problems import problem

from sdlc_lens.db.connection import rows
from sdlc_lens.sealing import Keys

pytestmark = pytest.mark.anyio

CONNECTIONS = "/api/v1/connections"
OTHER = "ghp_another4321"
NEW = {"label": "Quay", "access_token": TOKEN}


@pytest.fixture
def client(connected: httpx.AsyncClient) -> httpx.AsyncClient:
    return connected


async def add(client: httpx.AsyncClient, **fields: str) -> dict[str, object]:
    answer = await client.post(CONNECTIONS, json=NEW | fields)
    assert answer.status_code == 201, answer.text
    added: dict[str, object] = answer.json()
    return added


async def test_added_after_github_has_named_the_account(client: httpx.AsyncClient) -> None:
    added = await add(client, label="  Quay ")
    assert added | {"created_at": "", "last_validated_at": ""} == {
        "id": 1,
        "label": "Quay",
        "login": "harbourmaster",
        "masked_token": "****wick",
        "created_at": "",
        "last_validated_at": "",
        "token_error": None,
    }
    assert added["created_at"] == added["last_validated_at"]
    assert (await client.get(CONNECTIONS)).json() == [added]


async def test_oldest_first(client: httpx.AsyncClient) -> None:
    for label in ("Wharf", "Berth", "Quay"):
        await add(client, label=label)
    found = (await client.get(CONNECTIONS)).json()
    assert [one["label"] for one in found] == ["Wharf", "Berth", "Quay"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": " "}, "body.label"),
        ({"label": "x" * 101}, "body.label"),
        ({"label": None}, "body.label"),
        ({"access_token": ""}, "body.access_token"),
        ({"access_token": "two words"}, "body.access_token"),
        ({"access_token": "line\nbreak"}, "body.access_token"),
        ({"access_token": "ümlaut"}, "body.access_token"),
        ({"access_token": "x" * 1001}, "body.access_token"),
        ({"access_token": None}, "body.access_token"),
        ({"access_token": 5}, "body.access_token"),
    ],
)
async def test_invalid(
    change: dict[str, object], field: str, connected_visitor: httpx.AsyncClient, github: FakeGitHub
) -> None:
    answer = await connected_visitor.post(CONNECTIONS, json=NEW | change)
    assert field in problem(answer, 422, "VALIDATION_ERROR")
    assert github.requests == []


async def test_label_is_taken_once(client: httpx.AsyncClient, github: FakeGitHub) -> None:
    await add(client)
    asked = len(github.requests)
    answer = await client.post(CONNECTIONS, json=NEW | {"access_token": OTHER})
    assert "'Quay'" in problem(answer, 409, "LABEL_EXISTS")
    assert len(github.requests) == asked


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (Failure(401), 401, "INVALID_TOKEN"),
        (Failure(429, {"Retry-After": "7"}), 429, "RATE_LIMITED"),
        (Failure(403, {"X-RateLimit-Remaining": "0"}), 429, "RATE_LIMITED"),
        (Failure(403), 502, "GITHUB_ERROR"),
        (Failure(404), 502, "GITHUB_ERROR"),
        (Failure(500), 502, "GITHUB_ERROR"),
        (Failure(200, body=b"<html>"), 502, "GITHUB_ERROR"),
        (Failure(200, body=b"[]"), 502, "GITHUB_ERROR"),
        (Failure(200, body=b'{"login": 5}'), 502, "GITHUB_ERROR"),
        (Failure(200, {"Content-Length": "99"}), 502, "GITHUB_ERROR"),
        (Failure(302, {"Location": "http://localhost:1/user"}), 502, "GITHUB_ERROR"),
        (Failure(302, {"Location": "/user"}), 502, "GITHUB_ERROR"),
    ],
)
async def test_nothing_is_stored_when_github_fails(
    failure: Failure,
    status: int,
    code: str,
    connected_visitor: httpx.AsyncClient,
    github: FakeGitHub,
) -> None:
    github.failures[TOKEN] = failure
    answer = await connected_visitor.post(CONNECTIONS, json=NEW)
    problem(answer, status, code)
    if status == 429:
        assert answer.headers["retry-after"] == failure.headers.get("Retry-After", "60")
    assert (await connected_visitor.get(CONNECTIONS)).json() == []


async def test_rate_limit_ends_when_github_says(
    connected_visitor: httpx.AsyncClient, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 1_000_000.5)
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000100"}
    github.failures[TOKEN] = Failure(403, headers)
    answer = await connected_visitor.post(CONNECTIONS, json=NEW)
    problem(answer, 429, "RATE_LIMITED")
    assert answer.headers["retry-after"] == "100"


async def test_github_that_is_not_there(
    connected_app: FastAPI, client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    settings = connected_app.state.settings.model_copy(
        update={"github_api_url": "http://127.0.0.1:1"}
    )
    connected_app.state.settings = settings
    problem(await client.post(CONNECTIONS, json=NEW), 502, "GITHUB_ERROR")


async def test_new_token_replaces_the_former_one(
    connected_app: FastAPI, client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    added = await add(client)
    github.accounts[OTHER] = Account("pilot")
    answer = await client.put(f"{CONNECTIONS}/1", json={"access_token": OTHER})
    changed = answer.json()
    assert changed == added | {
        "login": "pilot",
        "masked_token": "****4321",
        "last_validated_at": changed["last_validated_at"],
    }
    assert changed["last_validated_at"] >= str(added["last_validated_at"])
    assert await stored_token(connected_app) == OTHER


async def test_former_token_stays_when_the_new_one_is_refused(
    connected_app: FastAPI, client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    added = await add(client)
    refused = await client.put(f"{CONNECTIONS}/1", json={"access_token": OTHER})
    problem(refused, 401, "INVALID_TOKEN")
    assert (await client.get(CONNECTIONS)).json() == [added]
    assert await stored_token(connected_app) == TOKEN


async def test_validate_asks_again(
    client: httpx.AsyncClient, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = await add(client)
    github.accounts[TOKEN].login = "renamed"
    validated = (await client.post(f"{CONNECTIONS}/1/validate")).json()
    assert validated == added | {
        "login": "renamed",
        "last_validated_at": validated["last_validated_at"],
    }
    del github.accounts[TOKEN]
    problem(await client.post(f"{CONNECTIONS}/1/validate"), 401, "INVALID_TOKEN")
    assert (await client.get(CONNECTIONS)).json() == [validated]


async def test_removed(client: httpx.AsyncClient) -> None:
    await add(client)
    assert (await client.delete(f"{CONNECTIONS}/1")).status_code == 204
    assert (await client.get(CONNECTIONS)).json() == []
    problem(await client.delete(f"{CONNECTIONS}/1"), 404, "NOT_FOUND")


@pytest.mark.parametrize("unknown", ["2", "0", "nowhere", "-1", "9" * 18, "9" * 30, "9" * 5000])
async def test_unknown(unknown: str, connected_visitor: httpx.AsyncClient) -> None:
    place = f"{CONNECTIONS}/{unknown}"
    problem(await connected_visitor.put(place, json={"access_token": OTHER}), 404, "NOT_FOUND")
    problem(await connected_visitor.post(f"{place}/validate"), 404, "NOT_FOUND")
    problem(await connected_visitor.delete(place), 404, "NOT_FOUND")


async def test_without_a_key_no_token_is_accepted(
    connected_app: FastAPI, client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    await add(client)
    asked = len(github.requests)
    connected_app.state.keys = Keys([])
    for method, path in (("POST", ""), ("PUT", "/1")):
        refused = await client.request(method, CONNECTIONS + path, json=NEW | {"label": "Berth"})
        assert "TOKEN_ENCRYPTION_KEY" in problem(refused, 422, "TOKEN_STORAGE_DISABLED")
    (stored,) = (await client.get(CONNECTIONS)).json()
    assert "Give the token again" in stored["token_error"]
    problem(await client.post(f"{CONNECTIONS}/1/validate"), 409, "TOKEN_UNREADABLE")
    assert len(github.requests) == asked


async def stored_token(connected_app: FastAPI) -> str:
    async with connected_app.state.database.read() as session:
        (found,) = await session.run(rows, "SELECT sealed_token FROM connections", {})
    keys: Keys = connected_app.state.keys
    return keys.open(found["sealed_token"])

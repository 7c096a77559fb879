"""What connections and tokens can read: /connections/repos and /projects/github/repos."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.github import TOKEN, Account, Failure, FakeGitHub, repository
from support.problems import problem
from support.services import asking, serving_connected

from sdlc_lens.sealing import KEY_BYTES, Keys
from sdlc_lens.sources import github as client_of_github

pytestmark = pytest.mark.anyio

REPOS = "/api/v1/connections/repos"
BY_TOKEN = "/api/v1/projects/github/repos"
HAS_FOLDER = f"{BY_TOKEN}/quay/berth/has-sdlc-studio"
OTHER = "ghp_another4321"


async def connect(client: httpx.AsyncClient, label: str, token: str) -> int:
    answer = await client.post("/api/v1/connections", json={"label": label, "access_token": token})
    connection_id: int = answer.json()["id"]
    return connection_id


@pytest.fixture(scope="module")
async def lister(
    migrated_once: Path, tmp_path_factory: pytest.TempPathFactory, github_server: FakeGitHub
) -> AsyncIterator[FastAPI]:
    """A service with two connections, which no test changes."""
    folder = tmp_path_factory.mktemp("github_repositories")
    database = Path(shutil.copy(migrated_once, folder))
    github_server.accounts = {TOKEN: Account("harbourmaster"), OTHER: Account("pilot")}
    async with serving_connected(database, folder, github_server) as app, asking(app) as client:
        await connect(client, "Quay", TOKEN)
        await connect(client, "Pilot", OTHER)
        yield app


@pytest.fixture
async def client(lister: FastAPI, github: FakeGitHub) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it; the connections read three repositories."""
    github.accounts[TOKEN].repositories = [
        repository("quay/berth", private=True, description="Where ships lie"),
        repository("quay/crane", default_branch="trunk"),
    ]
    github.accounts[OTHER] = Account("pilot", [repository("pilot/Berths")])
    async with asking(lister) as client:
        yield client


async def test_no_connections(connected_visitor: httpx.AsyncClient) -> None:
    answer = await connected_visitor.get(REPOS)
    assert (answer.status_code, answer.json()) == (200, {"repos": [], "degraded": []})


async def test_repositories_of_all_connections(client: httpx.AsyncClient) -> None:
    found = (await client.get(REPOS)).json()
    assert found["degraded"] == []
    names = [(one["full_name"], one["connection_id"]) for one in found["repos"]]
    assert names == [("quay/berth", 1), ("quay/crane", 1), ("pilot/Berths", 2)]
    assert found["repos"][0] == {
        "full_name": "quay/berth",
        "owner": "quay",
        "name": "berth",
        "private": True,
        "default_branch": "main",
        "description": "Where ships lie",
        "connection_id": 1,
        "connection_label": "Quay",
    }


async def test_all_pages(client: httpx.AsyncClient, github: FakeGitHub) -> None:
    names = [f"quay/r{number:03}" for number in range(client_of_github.PAGE * 2 + 1)]
    github.accounts[TOKEN].repositories = list(map(repository, names))
    found = (await client.get(REPOS)).json()
    assert [one["full_name"] for one in found["repos"]] == [*names, "pilot/Berths"]
    assert found["degraded"] == []


async def test_list_that_is_cut_is_named(
    client: httpx.AsyncClient, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_of_github, "PAGE", 1)
    monkeypatch.setattr(client_of_github, "MOST_PAGES", 1)
    found = (await client.get(REPOS)).json()
    assert len(found["repos"]) == 2
    (cut,) = found["degraded"]
    assert (cut["connection_id"], cut["label"], cut["code"]) == (1, "Quay", "GITHUB_ERROR")
    assert "first 1 " in cut["reason"]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Failure(401), "INVALID_TOKEN"),
        (Failure(429), "RATE_LIMITED"),
        (Failure(403, {"X-RateLimit-Remaining": "0"}), "RATE_LIMITED"),
        (Failure(500), "GITHUB_ERROR"),
        (Failure(200, body=b"nonsense"), "GITHUB_ERROR"),
        (Failure(200, body=b"[5]"), "GITHUB_ERROR"),
        (Failure(200, body=b"[{}]"), "GITHUB_ERROR"),
        (Failure(200, body=b'[{"owner": []}]'), "GITHUB_ERROR"),
        (Failure(200, body=b"[" * 100_000), "GITHUB_ERROR"),
    ],
)
async def test_connection_that_fails_is_named_and_the_others_answer(
    failure: Failure, code: str, client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    github.failures[TOKEN] = failure
    answer = await client.get(REPOS)
    assert answer.status_code == 200
    assert [one["full_name"] for one in answer.json()["repos"]] == ["pilot/Berths"]
    (failed,) = answer.json()["degraded"]
    assert (failed["connection_id"], failed["label"], failed["code"]) == (1, "Quay", code)
    assert failed["reason"]


async def test_pages_before_a_failure_are_kept(
    client: httpx.AsyncClient, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_of_github, "PAGE", 1)
    github.failures[TOKEN] = Failure(502, path="&page=2")
    found = (await client.get(REPOS)).json()
    assert [one["full_name"] for one in found["repos"]] == ["quay/berth", "pilot/Berths"]
    assert [one["label"] for one in found["degraded"]] == ["Quay"]


async def test_slow_github_is_named(
    client: httpx.AsyncClient, github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_of_github, "TOTAL_SECONDS", 0)
    answer = await client.get(REPOS)
    assert answer.status_code == 200
    assert ["in time" in one["reason"] for one in answer.json()["degraded"]] == [True, True]


async def test_token_that_no_key_opens_is_named(
    connected_app: FastAPI, connected: httpx.AsyncClient, github: FakeGitHub
) -> None:
    github.accounts[OTHER] = Account("pilot", [repository("pilot/Berths")])
    for label, token in (("Quay", TOKEN), ("Pilot", OTHER)):
        await connect(connected, label, token)
    connected_app.state.keys = Keys([b"n" * KEY_BYTES])
    await connect(connected, "New", OTHER)
    found = (await connected.get(REPOS)).json()
    assert [one["connection_label"] for one in found["repos"]] == ["New"]
    assert [one["code"] for one in found["degraded"]] == ["TOKEN_UNREADABLE"] * 2


@pytest.mark.parametrize("place", ["http://localhost:1/repos", "https://127.0.0.1/repos", "//x/y"])
async def test_token_goes_to_no_other_host(
    place: str, client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    link = {"Link": f'<{place}>; rel="next"'}
    for failure in (Failure(302, {"Location": place}), Failure(200, link, b"[]")):
        github.failures[TOKEN] = failure
        (failed,) = (await client.get(REPOS)).json()["degraded"]
        assert "another host" in failed["reason"]


async def test_repositories_of_a_token_by_name(client: httpx.AsyncClient) -> None:
    for body in ({"access_token": TOKEN}, {"connection_id": 1}):
        found = (await client.post(f"{BY_TOKEN}?search=BERTH", json=body)).json()
        assert [one["full_name"] for one in found["repositories"]] == ["quay/berth"]
        assert found["missing"] is None
        found = (await client.post(BY_TOKEN, json=body)).json()
        assert len(found["repositories"]) == 2


async def test_repositories_of_a_token_that_github_refuses(
    client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    refused = await client.post(BY_TOKEN, json={"access_token": "unknown-token"})
    assert "unknown-token" not in problem(refused, 401, "INVALID_TOKEN")


@pytest.mark.parametrize("path", [BY_TOKEN, HAS_FOLDER])
async def test_credentials_that_are_missing_or_unknown(
    path: str, connected_app: FastAPI, connected: httpx.AsyncClient
) -> None:
    await connect(connected, "Quay", TOKEN)
    problem(await connected.post(path, json={}), 422, "VALIDATION_ERROR")
    both = {"access_token": TOKEN, "connection_id": 1}
    problem(await connected.post(path, json=both), 422, "VALIDATION_ERROR")
    for unknown in (7, 0, -1, 10**30):
        answer = await connected.post(path, json={"connection_id": unknown})
        problem(answer, 404, "NOT_FOUND")
    connected_app.state.keys = Keys([])
    refused = await connected.post(path, json={"access_token": TOKEN})
    problem(refused, 422, "TOKEN_STORAGE_DISABLED")
    problem(await connected.post(path, json={"connection_id": 1}), 409, "TOKEN_UNREADABLE")


@pytest.mark.parametrize(
    ("folder", "branch", "found"),
    [
        ("quay/berth@main/sdlc-studio", None, True),
        ("quay/berth@main/sdlc-studio", "main", True),
        ("quay/berth@main/sdlc-studio", "other", False),
        ("quay/berth@a/b?c#d&e/sdlc-studio", "a/b?c#d&e", True),
        ("quay/berth@main/sdlc-studio!", "main", False),
        ("quay/berth@main/docs", "main", False),
    ],
)
async def test_folder(
    folder: str, branch: str | None, found: bool, client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    github.accounts[TOKEN].folders = {folder}
    for body in ({"access_token": TOKEN}, {"connection_id": 1}):
        answer = await client.post(HAS_FOLDER, json=body | {"branch": branch})
        assert (answer.status_code, answer.json()) == (200, {"has_sdlc_studio": found})


async def test_folder_of_a_repository_that_was_renamed(
    client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    github.accounts[TOKEN].folders = {"quay/pier@main/sdlc-studio"}
    moved = {"Location": "/repos/quay/pier/contents/sdlc-studio?ref=main"}
    github.failures[TOKEN] = Failure(301, moved, path="/berth/")
    answer = await client.post(HAS_FOLDER, json={"connection_id": 1})
    assert answer.json() == {"has_sdlc_studio": True}


async def test_folder_when_github_fails(client: httpx.AsyncClient, github: FakeGitHub) -> None:
    github.failures[TOKEN] = Failure(503)
    problem(await client.post(HAS_FOLDER, json={"connection_id": 1}), 502, "GITHUB_ERROR")


@pytest.mark.parametrize("owner", ["%2e%2e", "a%2fb", "a b", "x" * 101, "ü"])
async def test_malformed_owner(owner: str, client: httpx.AsyncClient, github: FakeGitHub) -> None:
    asked = len(github.requests)
    answer = await client.post(
        f"{BY_TOKEN}/{owner}/berth/has-sdlc-studio", json={"connection_id": 1}
    )
    assert answer.status_code in (404, 422)
    assert len(github.requests) == asked

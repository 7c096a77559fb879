"""POST /api/v1/webhooks/git."""

import hashlib
import hmac
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from support.github import FakeGitHub
from support.problems import problem
from support.services import WEBHOOK_SECRET, asking, serving_connected

from sdlc_lens.api.middleware import body_limit

pytestmark = pytest.mark.anyio

WEBHOOK = "/api/v1/webhooks/git"
BEARER = {"Authorization": f"Bearer {WEBHOOK_SECRET}"}
FORM = "application/x-www-form-urlencoded"


async def add_projects(client: httpx.AsyncClient, github: FakeGitHub) -> None:
    """Add two projects, whose repositories are asked about at once."""
    for name in ("berth", "crane"):
        url = f"{github.url}/quay/{name}.git"
        body = {"name": name, "source_type": "git", "repo_url": url}
        assert (await client.post("/api/v1/projects", json=body)).status_code == 201


@pytest.fixture(scope="module")
async def receiver(
    migrated_once: Path, tmp_path_factory: pytest.TempPathFactory, github_server: FakeGitHub
) -> AsyncIterator[FastAPI]:
    """A service with these projects, which no test changes."""
    folder = tmp_path_factory.mktemp("webhooks")
    database = Path(shutil.copy(migrated_once, folder))
    async with serving_connected(database, folder, github_server) as app, asking(app) as client:
        await add_projects(client, github_server)
        yield app


@pytest.fixture
async def client(receiver: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with asking(receiver) as client:
        yield client


@pytest.fixture
def marked(receiver: FastAPI, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that have been marked as due."""
    marked: list[str] = []
    monkeypatch.setattr(receiver.state.polling, "mark_due", marked.extend)
    return marked


def push(github: FakeGitHub, **fields: object) -> bytes:
    """What GitHub sends, in short."""
    repository = {"full_name": "quay/berth", "clone_url": f"{github.url}/quay/berth.git"}
    return json.dumps({"ref": "refs/heads/main", "repository": repository} | fields).encode()


def signed(body: bytes, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}


async def test_github_and_gitea_sign(
    client: httpx.AsyncClient, github: FakeGitHub, marked: list[str]
) -> None:
    body = push(github)
    answer = await client.post(WEBHOOK, content=body, headers=signed(body))
    assert (answer.status_code, answer.content) == (202, b"")
    assert marked == [f"{github.url}/quay/berth.git"]


async def test_form_is_signed_as_it_is_sent(
    client: httpx.AsyncClient, github: FakeGitHub, marked: list[str]
) -> None:
    body = urlencode({"payload": push(github).decode()}).encode()
    headers = signed(body) | {"Content-Type": f"{FORM}; charset=utf-8"}
    assert (await client.post(WEBHOOK, content=body, headers=headers)).status_code == 202
    assert len(marked) == 1


@pytest.mark.parametrize("headers", [{"X-Gitlab-Token": WEBHOOK_SECRET}, BEARER])
async def test_gitlab_and_others_send_the_secret(
    headers: dict[str, str], client: httpx.AsyncClient, github: FakeGitHub, marked: list[str]
) -> None:
    project = {"project": {"git_http_url": f"{github.url}/quay/berth.git"}}
    for body in (project, {"repo_url": f"{github.url}/quay/berth"}):
        assert (await client.post(WEBHOOK, json=body, headers=headers)).status_code == 202
    assert len(marked) == 2


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"nonsense", b"\xff\x00", b"[" * 100_000, b'{"repo_url": "https://a/b"}']
)
async def test_unknown_repository(
    body: bytes, client: httpx.AsyncClient, marked: list[str]
) -> None:
    answer = await client.post(WEBHOOK, content=body, headers=BEARER)
    assert (answer.status_code, answer.content) == (204, b"")
    assert marked == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": "sha256=ü"},
        {"X-Hub-Signature-256": WEBHOOK_SECRET},
        {"X-Gitlab-Token": ""},
        {"X-Gitlab-Token": WEBHOOK_SECRET[:-1]},
        {"X-Gitlab-Token": "ü"},
        {"Authorization": WEBHOOK_SECRET},
        {"Authorization": f"Basic {WEBHOOK_SECRET}"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {WEBHOOK_SECRET}x"},
    ],
)
async def test_sender_that_does_not_know_the_secret(
    headers: dict[str, str], client: httpx.AsyncClient, github: FakeGitHub, marked: list[str]
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    refused = await client.post(WEBHOOK, content=push(github), headers=raw)
    assert WEBHOOK_SECRET not in problem(refused, 401, "WRONG_SIGNATURE")
    assert marked == []


async def test_signature_of_another_body_or_secret(
    client: httpx.AsyncClient, github: FakeGitHub, marked: list[str]
) -> None:
    body = push(github)
    for headers in (signed(b"other"), signed(body, "other secret"), signed(body, "")):
        refused = await client.post(WEBHOOK, content=body, headers=headers)
        problem(refused, 401, "WRONG_SIGNATURE")
    assert marked == []


async def test_wrong_signature_is_not_made_good_by_a_token(
    client: httpx.AsyncClient, github: FakeGitHub
) -> None:
    headers = signed(b"other") | BEARER
    problem(
        await client.post(WEBHOOK, content=push(github), headers=headers), 401, "WRONG_SIGNATURE"
    )


async def test_no_webhooks_without_a_secret(
    connected: httpx.AsyncClient, connected_app: FastAPI, github: FakeGitHub
) -> None:
    await add_projects(connected, github)
    settings = connected_app.state.settings
    empty = type(settings.webhook_secret)("")
    connected_app.state.settings = settings.model_copy(update={"webhook_secret": empty})
    for headers in (BEARER, signed(push(github), ""), {"Authorization": "Bearer "}):
        answer = await connected.post(WEBHOOK, content=push(github), headers=headers)
        assert "SDLC_LENS_WEBHOOK_SECRET" in problem(answer, 404, "NOT_FOUND")


async def test_large_body_is_read_and_a_larger_one_refused(
    client: httpx.AsyncClient,
    github: FakeGitHub,
    marked: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert body_limit.MAX_STREAMED_BYTES == 25 * 2**20
    monkeypatch.setattr(body_limit, "MAX_STREAMED_BYTES", 2 * 2**20)
    commits = [{"message": "x" * 1000} for _ in range(1000)]
    body = push(github, commits=commits)
    assert (await client.post(WEBHOOK, content=body, headers=signed(body))).status_code == 202

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 1_000_000

    for headers in (BEARER, signed(body)):
        refused = await client.post(WEBHOOK, content=endless(), headers=headers)
        problem(refused, 413, "CONTENT_TOO_LARGE")
    headers = BEARER | {"Content-Length": str(body_limit.MAX_STREAMED_BYTES + 1)}
    problem(await client.post(WEBHOOK, content=b"{}", headers=headers), 413, "CONTENT_TOO_LARGE")
    assert len(marked) == 1


async def test_sender_that_leaves_is_not_an_error(
    receiver: FastAPI, marked: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    waiting: list[dict[str, object]] = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b"{", "more_body": True},
    ]

    async def receive() -> dict[str, object]:
        return waiting.pop()

    async def send(_: object) -> None:
        pass

    headers = [(b"host", b"lens"), (b"x-gitlab-token", WEBHOOK_SECRET.encode())]
    scope = {"type": "http", "method": "POST", "path": WEBHOOK, "query_string": b""}
    await receiver(scope | {"headers": headers}, receive, send)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert marked == []


async def test_replay_asks_once(
    connected: httpx.AsyncClient, connected_app: FastAPI, github: FakeGitHub
) -> None:
    await add_projects(connected, github)
    followed = await connected.put("/api/v1/projects/berth", json={"auto_sync": True})
    assert followed.status_code == 200
    polling = connected_app.state.polling
    await polling.look("poll")
    await polling.wait()
    github.git_tokens.clear()
    body = push(github)
    for _ in range(20):
        await connected.post(WEBHOOK, content=body, headers=signed(body))
        await polling.look("poll")
        await polling.wait()
    assert github.git_tokens == []

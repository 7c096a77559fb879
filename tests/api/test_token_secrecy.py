"""Secrets of a service that does all it can with them are found nowhere."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from support.github import TOKEN, Account, Failure, FakeGitHub, repository
from support.processes import (
    PATIENCE_SECONDS,
    environment,
    free_port,
    run,
    started,
    stop,
    until_line,
)
from support.services import KEY, WEBHOOK_SECRET

NAMED = "ghp_ForeshoreSignal2931mast"
BROKEN = "ghp_BreakwaterGeyser7310foam"
REFUSED = "ghp_DriftwoodCinder5528gale"
TOKENS = (TOKEN, NAMED, BROKEN, REFUSED)
WORDS = ("Quayside", "Lantern", "Foreshore", "Signal2931", "Breakwater", "Driftwood", "BellBuoy")
"""Parts of the secrets: an abridged one is found, too."""

SERVE = """
import sys
from sdlc_lens.__main__ import main
from sdlc_lens.sources import github

text = github._text

def broken(found, name):
    if found == {"login": "broken"}:
        raise RuntimeError("the unexpected")
    return text(found, name)

github._text = broken
sys.exit(main(["serve"]))
"""


class Client:
    """Requests to the service, and everything that was answered."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.answers: list[str] = []

    def __call__(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        sent = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json", "Host": "localhost"} | (headers or {})
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        with closing(connection):
            connection.request(method, path, sent, headers)
            response = connection.getresponse()
            text = response.read().decode()
        self.answers.append(f"{method} {path}\n{response.headers}{text}")
        return response.status, text


@pytest.fixture
def github(github: FakeGitHub) -> FakeGitHub:
    github.accounts[TOKEN].repositories = [repository("quay/berth")]
    github.accounts[BROKEN] = Account("broken")
    return github


@pytest.fixture
def env(migrated: Path, tmp_path: Path, github: FakeGitHub) -> dict[str, str]:
    (tmp_path / "temporary").mkdir()
    settings = environment(
        migrated,
        PORT=free_port(),
        LOG_LEVEL="DEBUG",
        GIT_HOSTS=github.url,
        GITHUB_API_URL=github.url,
        TOKEN_ENCRYPTION_KEY=KEY,
        WEBHOOK_SECRET=WEBHOOK_SECRET,
        GIT_TOKEN_QUAY=NAMED,
    )
    return settings | {"TMPDIR": str(tmp_path / "temporary")}


def use_tokens(ask: Client, github: FakeGitHub) -> None:
    """Everything that touches a token, most of it in vain."""
    assert ask("POST", "/api/v1/connections", {"label": "Q", "access_token": TOKEN})[0] == 201
    for token in (BROKEN, REFUSED, f"{REFUSED} {REFUSED}", [REFUSED], f"{REFUSED}\x00"):
        for label in ("R", "Q", 5):
            body = {"label": label, "access_token": token}
            assert ask("POST", "/api/v1/connections", body)[0] >= 400
        for method, path in (
            ("PUT", "/api/v1/connections/1"),
            ("POST", "/api/v1/projects/github/repos"),
            ("POST", "/api/v1/projects/github/repos/quay/berth/has-sdlc-studio"),
            ("POST", "/api/v1/projects"),
        ):
            ask(method, path, {"access_token": token, "branch": "main"})
    for failure in (
        Failure(500, body=TOKEN.encode()),
        Failure(302, {"Location": f"http://localhost:1/?{TOKEN}"}),
        Failure(200, {"Content-Length": "999"}, TOKEN.encode()),
        Failure(200, {TOKEN: "x\x01"}),
    ):
        github.failures[TOKEN] = failure
        assert ask("POST", "/api/v1/connections/1/validate")[0] == 502
        ask("GET", "/api/v1/connections/repos")
    github.failures.clear()
    assert ask("POST", "/api/v1/connections/1/validate")[0] == 200
    assert "quay/berth" in ask("GET", "/api/v1/connections/repos")[1]


def sync_projects(ask: Client, github: FakeGitHub) -> None:
    """Projects with each kind of token, whose server refuses all of them."""
    git = {"source_type": "git", "repo_url": f"{github.url}/quay/berth"}
    for name, token in (
        ("own", {"access_token": TOKEN}),
        ("named", {"access_token_name": "SDLC_LENS_GIT_TOKEN_QUAY"}),
        ("shared", {"connection_id": 1}),
    ):
        assert ask("POST", "/api/v1/projects", git | token | {"name": name})[0] == 201
        malformed = {"access_token": f"{REFUSED} {REFUSED}"}
        assert ask("PUT", f"/api/v1/projects/{name}", malformed)[0] == 422
        assert ask("POST", f"/api/v1/projects/{name}/sync")[0] == 202
        for page in ("", "/syncs", "/settings"):
            assert ask("GET", f"/projects/{name}{page}")[0] == 200
    for headers in ({"X-Gitlab-Token": REFUSED}, {"Authorization": f"Bearer {WEBHOOK_SECRET}"}):
        ask("POST", "/api/v1/webhooks/git", git, headers)
    for path in ("/", "/metrics", "/api/v1/projects", "/api/v1/connections", "/api/v1/stats"):
        assert ask("GET", path)[0] == 200


def command_lines(pid: int) -> str:
    """What the process list shows of a process and its children."""
    children = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    shown = (Path(f"/proc/{found}/cmdline").read_text() for found in (pid, *children.split()))
    return "\n".join(shown)


def test_secrets_are_nowhere(env: dict[str, str], tmp_path: Path, github: FakeGitHub) -> None:
    ask = Client(int(env["SDLC_LENS_PORT"]))
    with started(env=env, script=SERVE) as process:
        printed = until_line(process, "Application startup complete")
        rest = ThreadPoolExecutor(1).submit(process.stdout.read)  # or its pipe would be full soon
        use_tokens(ask, github)
        sync_projects(ask, github)
        synced = run("sync", "--all", env=env)
        processes = command_lines(process.pid)
        files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        stop(process)
        printed += rest.result()
    rotated = run("rotate-keys", env=env)
    assert (rotated.returncode, rotated.stderr) == (0, "")
    assert synced.returncode == 1
    assert "the unexpected" in printed, "there is a traceback to look into"
    assert set(github.git_tokens) == {TOKEN, NAMED}
    searched = {
        "answers": "\n".join(ask.answers),
        "logs": printed + rotated.stdout + synced.stdout + synced.stderr,
        "process list": processes,
        **{str(path): content.decode("latin-1") for path, content in files.items()},
    }
    assert any(path.endswith("lens.db") for path in searched)
    for place, text in searched.items():
        for secret in secrets():
            assert secret not in text, place
        assert not re.search("|".join(WORDS), text, re.IGNORECASE), place


def secrets() -> Iterator[str]:
    """Each secret as it might be written: as it is, and as libraries send it."""
    yield KEY
    for secret in (*TOKENS, WEBHOOK_SECRET):
        yield secret
        yield quote(secret, safe="")
        for sent in (secret, f"x-access-token:{secret}"):
            yield b64encode(sent.encode()).decode().rstrip("=")[:-1]

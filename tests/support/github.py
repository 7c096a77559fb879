"""A GitHub that answers over HTTP on this machine, and can be told to fail.

Its repositories cannot be read: it only tells who asks for them.
"""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

TOKEN = "ghp_QuaysideLanternOf1887wick"
"""Distinctive, so that a search for any part of it finds nothing else."""

Headers = dict[str, str]


@dataclass
class Account:
    """What a token reads."""

    login: str
    repositories: list[dict[str, Any]] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    """`OWNER/NAME@BRANCH/PATH` of each folder; a file's ends with `!`."""


@dataclass
class Failure:
    """What is answered in place of an account's data."""

    status: int = 200
    headers: Headers = field(default_factory=dict)
    body: bytes = b"{}"
    path: str = ""
    """Only for requests whose address contains this."""


class FakeGitHub:
    """Accounts by token. `requests` has the address of each request, `git_tokens` the token of each
    request to read a repository.
    """

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.failures: dict[str, Failure] = {}
        self.requests: list[str] = []
        self.git_tokens: list[str] = []
        self.url = ""

    def answer(self, address: str, token: str) -> tuple[int, Headers, bytes]:
        self.requests.append(address)
        failure = self.failures.get(token)
        if failure and failure.path in address:
            return failure.status, failure.headers, failure.body
        account = self.accounts.get(token)
        if account is None:
            return 401, {}, json.dumps({"message": f"Bad credentials: {token}"}).encode()
        url = urlsplit(address)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if url.path == "/user":
            return 200, {}, json.dumps({"login": account.login}).encode()
        if url.path == "/user/repos":
            return self._page(account, int(query["per_page"]), int(query.get("page", 1)))
        _, _, owner, name, _, path = url.path.split("/", 5)
        place = f"{owner}/{name}@{query.get('ref', 'main')}/{path}"
        if place in account.folders:
            return 200, {}, b"[]"
        if f"{place}!" in account.folders:
            return 200, {}, b'{"type": "file"}'
        return 404, {}, b'{"message": "Not Found"}'

    def _page(self, account: Account, size: int, page: int) -> tuple[int, Headers, bytes]:
        shown = account.repositories[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(account.repositories):
            following = f"{self.url}/user/repos?per_page={size}&page={page + 1}"
            headers["Link"] = f'<{self.url}/first>; rel="first", <{following}>; rel="next"'
        return 200, headers, json.dumps(shown).encode()


def repository(full_name: str, **fields: Any) -> dict[str, Any]:
    """A repository as GitHub describes it, as far as the service reads it."""
    owner, _, name = full_name.partition("/")
    described = {
        "full_name": full_name,
        "owner": {"login": owner, "type": "User"},
        "name": name,
        "private": False,
        "default_branch": "main",
        "description": None,
    }
    return described | fields


@contextmanager
def serving(github: FakeGitHub) -> Iterator[FakeGitHub]:
    """GITHUB on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            scheme, _, token = self.headers.get("authorization", "").partition(" ")
            status, headers, body = 401, dict[str, str](), b""
            if "/info/refs" in self.path:
                github.git_tokens.append(b64decode(token).decode().partition(":")[2])
            elif scheme == "Bearer":
                status, headers, body = github.answer(self.path, token)
            self.send_response(status)
            if "Content-Length" in headers:
                self.send_header("Connection", "close")
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    github.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def github_server() -> Iterator[FakeGitHub]:
    """A GitHub without accounts, for all tests of a run."""
    with serving(FakeGitHub()) as github:
        yield github


@pytest.fixture
def github(github_server: FakeGitHub) -> FakeGitHub:
    """A GitHub with one account, which nobody has asked yet."""
    github_server.accounts = {TOKEN: Account("harbourmaster")}
    github_server.failures = {}
    github_server.requests = []
    github_server.git_tokens = []
    return github_server

"""Everything that can go wrong with a git server, over HTTP: each has its error."""

import socket
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from support.certificate import server_context, write_certificate
from support.git_objects import Repository
from support.git_projects import read
from support.git_server import GitServer, Reply, Request, always, made_up, serving

from sdlc_lens.remote_errors import (
    CertificateUntrusted,
    CorruptAnswer,
    RateLimited,
    RemoteNotAllowed,
    RepositoryNotFound,
    ServerTimeout,
    ServerUnreachable,
    TokenRefused,
)
from sdlc_lens.sources.git import limits
from sdlc_lens.sources.git.hosts import Host
from sdlc_lens.sources.git.repository import Policy

TOKEN = "secret-token"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_repository_or_no_access(status: int, server: GitServer, policy: Policy) -> None:
    server.backend = always(status)
    with pytest.raises(RepositoryNotFound, match=f"status {status}.*needs a token"):
        read(server.url, policy)


@pytest.mark.parametrize("status", [401, 403])
def test_token_that_is_refused(status: int, server: GitServer, policy: Policy) -> None:
    server.backend = always(status)
    with pytest.raises(TokenRefused, match="has expired") as caught:
        read(server.url, policy, TOKEN)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("token", "login"),
    [(TOKEN, f"x-access-token:{TOKEN}"), (f"ada:{TOKEN}", f"ada:{TOKEN}")],
)
def test_token_is_sent_with_every_request(
    token: str, login: str, server: GitServer, policy: Policy
) -> None:
    read(server.url, policy, token)
    sent = {request.headers.get("Authorization") for request in server.requests}
    assert sent == {f"Basic {b64encode(login.encode()).decode()}"}


def test_client_calls_itself_git(server: GitServer, policy: Policy) -> None:
    read(server.url, policy)
    assert all(request.headers["User-Agent"].startswith("git/") for request in server.requests)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "77"}, 77),
        (503, {"Retry-After": "7"}, 7),
        (403, {"Retry-After": "7"}, 7),
        (429, {}, 60),
        (429, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 60),
        (429, {"Retry-After": "9" * 30}, 86400),
    ],
)
def test_rate_limit(
    status: int, headers: dict[str, str], seconds: int, server: GitServer, policy: Policy
) -> None:
    server.backend = always(status, headers)
    with pytest.raises(RateLimited, match="asks to wait") as caught:
        read(server.url, policy)
    assert caught.value.retry_after == seconds


def test_server_that_fails(server: GitServer, policy: Policy) -> None:
    server.backend = always(502)
    with pytest.raises(ServerUnreachable, match="status 502"):
        read(server.url, policy)


def test_server_that_does_not_listen(policy: Policy) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServerUnreachable, match="Connection refused"):
            read(url, replace(policy, hosts=(Host.parse(url),)))


def test_server_that_does_not_answer(
    server: GitServer, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STALL_SECONDS", 0.05)
    free = threading.Event()

    def hang(_: Request) -> None:
        free.wait(10)

    server.backend = hang
    with pytest.raises(ServerTimeout, match="did not answer"):
        read(server.url, policy)
    free.set()


def test_server_that_falls_silent_in_an_answer(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STALL_SECONDS", 0.05)
    kind = "Content-Type: application/x-git-upload-pack-advertisement"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with ThreadPoolExecutor(1) as client:
            failed = client.submit(read, url, replace(policy, hosts=(Host.parse(url),)))
            connection, _ = listening.accept()
            with connection:
                connection.sendall(f"HTTP/1.1 200 OK\r\n{kind}\r\n\r\n0012ver".encode())
                with pytest.raises(ServerTimeout, match="did not answer"):
                    failed.result()


def test_server_that_takes_too_long_altogether(server: GitServer, policy: Policy) -> None:
    hasty = replace(policy, limits=replace(policy.limits, seconds=0))
    with pytest.raises(ServerTimeout, match="SDLC_LENS_GIT_MAX_SECONDS"):
        read(server.url, hasty)


def test_certificate_that_is_not_trusted(
    repository: Repository, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = server_context(tmp_path)
    wrap = lambda plain: context.wrap_socket(plain, server_side=True)  # noqa: E731
    with serving(made_up(repository), wrap) as server:
        trusting = replace(policy, hosts=(Host.parse(f"local:{server.url}"),))
        with pytest.raises(CertificateUntrusted, match="SSL_CERT_FILE"):
            read(server.url, trusting)
        monkeypatch.setenv("SSL_CERT_FILE", str(write_certificate(tmp_path)))
        assert len(read(server.url, trusting).blobs) == 2
        other = server.url.replace("127.0.0.1", "localhost")
        with pytest.raises(CertificateUntrusted, match=r"'localhost'\. Check the host"):
            read(other, replace(policy, hosts=(Host.parse(f"local:{other}"),)))


def test_server_that_accepts_connections_and_nothing_else(
    policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STALL_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(ServerTimeout, match="did not answer"):
            read(url, replace(policy, hosts=(Host.parse(f"local:{url}"),)))


def test_server_without_tls_where_tls_is_expected(server: GitServer, policy: Policy) -> None:
    url = server.url.replace("http:", "https:")
    with pytest.raises(ServerUnreachable, match="does not speak TLS"):
        read(url, replace(policy, hosts=(Host.parse(f"local:{url}"),)))


def test_connection_that_breaks(server: GitServer, policy: Policy, repository: Repository) -> None:
    usual = made_up(repository)

    def cut(request: Request) -> Reply | None:
        reply = usual(request)
        assert reply
        whole = {"Content-Length": str(len(reply[2]))}
        return reply[0], {**reply[1], **whole}, reply[2][:-5]

    server.backend = cut
    with pytest.raises(CorruptAnswer, match="cut off"):
        read(server.url, policy)
    server.backend = lambda _: None
    with pytest.raises(CorruptAnswer, match="cut off"):
        read(server.url, policy)


def test_idle_connection_that_the_server_closed(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    usual = made_up(repository)
    closed: list[bool] = []

    def close_once(request: Request) -> Reply | None:
        if request.method == "POST" and not closed:
            closed.append(True)
            return None
        return usual(request)

    server.backend = close_once
    assert len(read(server.url, policy).blobs) == 2


def test_host_that_is_no_longer_listed(server: GitServer, policy: Policy) -> None:
    with pytest.raises(RemoteNotAllowed, match="SDLC_LENS_GIT_HOSTS"):
        read(server.url, replace(policy, hosts=()))
    assert not server.requests

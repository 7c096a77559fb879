"""Malformed HTTP is answered with a problem: the service as a process, over a socket."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.ipv6 import require_ipv6
from support.problems import problem
from support.processes import (
    PATIENCE_SECONDS,
    environment,
    free_port,
    get,
    started,
    until_line,
)

GOOD_HEAD = b"POST /api/v1/projects HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture(scope="module")
def server(migrated_once: Path) -> Iterator[int]:
    """The port of a server that is ready."""
    port = free_port()
    with started(env=environment(migrated_once, PORT=port)) as process:
        until_line(process, "Application startup complete")
        yield port


def exchange(port: int, *sent: bytes) -> httpx.Response:
    """The answer to these bytes, up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as client:
        for part in sent:
            client.sendall(part)
        received = b"".join(iter(lambda: client.recv(65536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    return httpx.Response(int(first.split()[1]), headers=headers, content=body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sent",
    [
        "GET /api/v1/search?q=é HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
        b"GET /api/v1/search?q=\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/projects HTTP/1.1\r\n\r\n",
        b"GET /api/v1/projects HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /api/v1/projects HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 65_536,
        GOOD_HEAD + b"Content-Length: abc\r\n\r\n",
        GOOD_HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        GOOD_HEAD + b"Transfer-Encoding: chunked\r\n\r\nno size\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_malformed_request(sent: bytes, server: int) -> None:
    answer = exchange(server, sent)
    assert "Percent-encode" in problem(answer, 400, "BAD_REQUEST")
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_client_that_still_sends_gets_the_answer(server: int) -> None:
    with socket.create_connection(("127.0.0.1", server), PATIENCE_SECONDS) as client:
        client.sendall(GOOD_HEAD + b"Content-Length: abc\r\n\r\n")
        assert b"".join(iter(lambda: client.recv(65536), b"")).startswith(b"HTTP/1.1 400 ")
        for _ in range(50):
            client.sendall(b"x" * 10_000)


def test_bytes_behind_a_request_do_not_affect_its_answer(server: int) -> None:
    get(server, "/livez")
    answer = exchange(server, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense\r\n\r\n")
    assert answer.status_code == 200


def test_refusal_is_logged_under_its_id(migrated: Path) -> None:
    port = free_port()
    env = environment(migrated, PORT=port, LOG_FORMAT="json")
    with started(env=env) as process:
        until_line(process, "Application startup complete")
        asked = exchange(port, b"nonsense\r\n\r\n").headers["x-request-id"]
        line = until_line(process, asked).splitlines()[-1]
    entry = json.loads(line)
    assert (entry["status"], entry["client"], entry["request_id"]) == (400, "127.0.0.1", asked)


def test_ipv4_client_on_a_socket_for_both_protocols(migrated: Path) -> None:
    require_ipv6()
    port = free_port()
    with started(env=environment(migrated, PORT=port, HOST="::")) as process:
        until_line(process, "Application startup complete")
        get(port, "/api/v1/projects?shown")
        line = until_line(process, "projects?shown").splitlines()[-1]
    assert ": 127.0.0.1 GET " in line

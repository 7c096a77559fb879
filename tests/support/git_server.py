"""A git server on this machine that counts what it is asked: git's own, or one that is made up."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.git_objects import Repository, in_packets, pack, packet

ADVERTISEMENT = packet(b"version 2\n") + packet(b"ls-refs\n") + packet(b"fetch=shallow filter\n")

ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}


@dataclass(frozen=True)
class Request:
    """What a server was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Reply = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body of an answer."""

Backend = Callable[[Request], Reply | None]
"""Answers requests; None closes the connection without an answer."""


@dataclass
class GitServer:
    """A server; `requests` and `sent`, the bytes of all bodies, grow until they are reset."""

    backend: Backend
    url: str = ""
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    sent: int = 0

    def reset(self) -> None:
        """Forget what was asked."""
        self.requests.clear()
        self.sent = 0


@contextmanager
def serving(
    backend: Backend, wrap: Callable[[Any], Any] | None = None, host: str = "127.0.0.1"
) -> Iterator[GitServer]:
    """Answers by BACKEND, which may be replaced meanwhile; WRAP may put TLS around the socket."""
    server = GitServer(backend)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            request = Request(self.command, self.path, dict(self.headers), body)
            server.requests.append(request)
            reply = server.backend(request)
            if reply is None:
                self.close_connection = True
                return
            status, headers, content = reply
            server.sent += len(content)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | dict(headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.close_connection |= int(headers.get("Content-Length", len(content))) > len(content)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a client that has gone

    with Server((host, 0), Handler) as http:
        if wrap:
            http.socket = wrap(http.socket)
        scheme = "https" if wrap else "http"
        server.port = http.server_port
        server.url = f"{scheme}://127.0.0.1:{server.port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def always(status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Backend:
    """Gives every request the same answer."""
    return lambda _: (status, headers or {}, body)


def made_up(repository: Repository) -> Backend:
    """Hands out a made-up repository at every path."""

    def answer(request: Request) -> Reply:
        if request.method == "GET":
            content, kind = ADVERTISEMENT + b"0000", "advertisement"
        else:
            content, kind = repository.answer(request.body), "result"
        return 200, {"Content-Type": f"application/x-git-upload-pack-{kind}"}, content

    return answer


def without_filters(repository: Repository) -> Backend:
    """The same by a server that offers no filters."""
    usual = made_up(repository)
    filters, none = packet(b"fetch=shallow filter\n"), packet(b"fetch=shallow\n")

    def answer(request: Request) -> Reply | None:
        reply = usual(request)
        return reply and (reply[0], reply[1], reply[2].replace(filters, none))

    return answer


def without_wanted_trees(repository: Repository) -> Backend:
    """The same by a server that applies filters to wanted trees, as JGit does."""
    usual = made_up(repository)
    nothing = in_packets(pack([]))

    def answer(request: Request) -> Reply | None:
        wants = [name for name in repository.objects if f"want {name}".encode() in request.body]
        trees = wants and all(repository.objects[name][0] == "tree" for name in wants)
        if trees and b"filter tree:0" in request.body:
            return 200, {"Content-Type": "application/x-git-upload-pack-result"}, nothing
        return usual(request)

    return answer


def gits_own(folder: Path) -> Backend:
    """Hands out the repositories below FOLDER by `git http-backend`."""

    def answer(request: Request) -> Reply:
        path, _, query = request.path.partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        variables = {
            "GIT_PROJECT_ROOT": str(folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": headers.get("content-type", ""),
            "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
            "GIT_PROTOCOL": headers.get("git-protocol", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"],
            env={**os.environ, **ENVIRONMENT, **variables},
            check=False,  # it fails when it refuses, and says so in its answer
            stderr=subprocess.DEVNULL,
            input=request.body,
            stdout=subprocess.PIPE,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        named = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        return int(named.pop("Status", "200").split()[0]), named, content

    return answer


def git(folder: Path, *arguments: str) -> str:
    """What git prints when it runs in FOLDER."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        check=True,
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
    )
    return done.stdout.decode().strip()

"""HTTP servers on this machine that end with the test: of any kind, and of Git repositories."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], host: str = "127.0.0.1") -> Iterator[str]:
    """Answers requests by a handler; host and port."""
    with ThreadingHTTPServer((host, 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"{host}:{server.server_port}"
        finally:
            server.shutdown()


def repositories(folder: Path) -> type[BaseHTTPRequestHandler]:
    """A handler that hands out the repositories below a folder, by Git's own program for it."""

    class Repositories(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            variables = {
                "GIT_PROJECT_ROOT": str(folder), "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }  # fmt: skip
            length = int(self.headers.get("Content-Length", "0"))
            answer = subprocess.run(
                ["git", "http-backend"], env={**os.environ, **variables}, check=True,
                input=self.rfile.read(length), stdout=subprocess.PIPE,
            )  # fmt: skip
            self.wfile.write(b"HTTP/1.0 200 OK\r\n" + answer.stdout)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    return Repositories

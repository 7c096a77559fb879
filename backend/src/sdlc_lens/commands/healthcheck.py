"""Asks the running service whether it is ready; loads a little of the standard library only."""

import os
import socket
import sys

from sdlc_lens.address import DEFAULT_HOST, DEFAULT_PORT, reachable

TIMEOUT_SECONDS = 3

# HTTP by hand: http.client would double the time that a check takes.
_REQUEST = b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n"
_LONGEST_ANSWER = 4000


def run() -> int:
    """0 when /readyz answers 200, else 1 and one line why."""
    host = reachable(os.environ.get("SDLC_LENS_HOST") or DEFAULT_HOST)
    port = os.environ.get("SDLC_LENS_PORT") or str(DEFAULT_PORT)
    try:
        head, body = _ask(host, int(port))
    except (OSError, ValueError) as error:
        return _complain(f"no answer from {host}:{port}: {error}")
    return 0 if head.split()[1:2] == ["200"] else _complain(f"{head.partition('\r')[0]} {body}")


def _ask(host: str, port: int) -> tuple[str, str]:
    """Head and body of the answer."""
    with socket.create_connection((host, port), TIMEOUT_SECONDS) as connection:
        connection.sendall(_REQUEST)
        with connection.makefile("rb") as answer:
            text = answer.read(_LONGEST_ANSWER).decode(errors="replace")
    head, _, body = text.partition("\r\n\r\n")
    return head, body


def _complain(reason: str) -> int:
    print(f"sdlc-lens: not healthy: {' '.join(reason.split())}", file=sys.stderr)
    return 1

"""The container's health check: asks the running service whether it is ready."""

import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress

from sdlc_lens.address import DEFAULT_HOST, DEFAULT_PORT, is_service_link, reachable, shown

TIMEOUT_SECONDS = 3

# Importing http.client would double the duration of a check.
_REQUEST = b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n"
_LONGEST_ANSWER = 4000


def run() -> int:
    """0 when /readyz answers 200; else 1, and one line with the reason."""
    hosts = reachable(os.environ.get("SDLC_LENS_HOST") or DEFAULT_HOST)
    port = os.environ.get("SDLC_LENS_PORT") or str(DEFAULT_PORT)
    if is_service_link(port):
        port = str(DEFAULT_PORT)
    try:
        head, body = _ask(hosts, int(port))
    except (OSError, ValueError) as error:
        places = " or ".join(shown(host, port) for host in hosts)
        return _complain(f"no answer from {places}: {error}")
    return 0 if head.split()[1:2] == ["200"] else _complain(f"{head.partition('\r')[0]} {body}")


def _ask(hosts: Sequence[str], port: int) -> tuple[str, str]:
    """Head and body of the answer from the first of HOSTS that is connected to."""
    with _connect(hosts, port) as connection:
        connection.sendall(_REQUEST)
        with connection.makefile("rb") as answer:
            text = answer.read(_LONGEST_ANSWER).decode(errors="replace")
    head, _, body = text.partition("\r\n\r\n")
    return head, body


def _connect(hosts: Sequence[str], port: int) -> socket.socket:
    *others, last = hosts
    for host in others:
        with suppress(OSError):
            return socket.create_connection((host, port), TIMEOUT_SECONDS)
    return socket.create_connection((last, port), TIMEOUT_SECONDS)


def _complain(reason: str) -> int:
    print(f"sdlc-lens: not healthy: {' '.join(reason.split())}", file=sys.stderr)
    return 1

"""Asks the running service whether it is ready; loads only the standard library."""

import http.client
import os
import sys

from sdlc_lens.address import DEFAULT_HOST, DEFAULT_PORT, reachable

TIMEOUT_SECONDS = 3


def run() -> int:
    """0 when /readyz answers 200, else 1 and one line why."""
    host = reachable(os.environ.get("SDLC_LENS_HOST") or DEFAULT_HOST)
    port = os.environ.get("SDLC_LENS_PORT") or str(DEFAULT_PORT)
    try:
        status, body = _ask(host, int(port))
    except (OSError, ValueError, http.client.HTTPException) as error:
        return _complain(f"no answer from {host}:{port}: {error}")
    return 0 if status == http.HTTPStatus.OK else _complain(f"{status} {body}")


def _ask(host: str, port: int) -> tuple[int, str]:
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/readyz", headers={"Connection": "close"})
        response = connection.getresponse()
        return response.status, response.read(1000).decode(errors="replace")
    finally:
        connection.close()


def _complain(reason: str) -> int:
    print(f"sdlc-lens: not healthy: {reason}", file=sys.stderr)
    return 1

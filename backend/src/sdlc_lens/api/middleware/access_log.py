"""A line in the log for every request."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.middleware.paths import QUIET, own_path

LONGEST_LOGGED = 300

access = logging.getLogger("sdlc_lens.access")


class AccessLogMiddleware:
    """Logs each request with its status and duration; probes and scrapes are left out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or own_path(scope) in QUIET:
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), None  # no status: the client has left

        async def seen(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, seen)
        finally:
            _log(scope, status, time.perf_counter() - start)


def _log(scope: Scope, status: int | None, seconds: float) -> None:
    fields = {
        "method": scope["method"],
        "path": _shown(scope),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "client": (scope.get("client") or ("-",))[0],
    }
    access.info(
        "%(client)s %(method)s %(path)s %(status)s %(ms)s ms", fields, extra={"fields": fields}
    )


def _shown(scope: Scope) -> str:
    """Path and query as they were sent, percent signs and all."""
    query = scope["query_string"]
    sent = scope.get("raw_path", b"").partition(b"?")[0] + (b"?" + query if query else b"")
    return str(sent.decode("ascii", "backslashreplace"))[:LONGEST_LOGGED]

"""Counts and times requests by route template."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.metrics import Metrics
from sdlc_lens.api.middleware.paths import own_path

_API = "/api/v1"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MetricsMiddleware:
    """Records the count and the duration of every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
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
            labels = (_method(scope), _route(scope))
            self._metrics.requests.labels(*labels, str(status or "none")).inc()
            self._metrics.latency.labels(*labels).observe(time.perf_counter() - start)


def _method(scope: Scope) -> str:
    """The method; unknown ones are one label, as clients can invent any number."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def _route(scope: Scope) -> str:
    route = scope.get("route")
    if route is None:
        return "none"
    # A route may state its path without the prefix of its router.
    included = own_path(scope).startswith(_API) and not route.path.startswith(_API)
    return f"{_API if included else ''}{route.path}"

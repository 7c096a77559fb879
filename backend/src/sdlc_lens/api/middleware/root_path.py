"""Serving below a root path, as a proxy may require."""

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from sdlc_lens.api.middleware.paths import below

_HOST = re.compile(r"\Ahttps?://[^/]*", re.IGNORECASE)  # the absolute form that proxies receive


class RootPathMiddleware:
    """Normalises each path: below the root path, also when the proxy removed that, and without a
    final slash.
    """

    def __init__(self, app: ASGIApp, root_path: str = "") -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = self._root_path + below(self._root_path, _HOST.sub("", scope["path"]))
            scope = {**scope, "root_path": self._root_path, "path": path}
        await self._app(scope, receive, send)

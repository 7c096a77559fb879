"""Problems as pages, which people can read."""

import json

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.settings import OWN_PATHS
from sdlc_lens.web.addresses import own_path

PROBLEM = "application/problem+json"


def is_page(scope: Scope) -> bool:
    """Whether the path is one of a page rather than of the API, a probe or the metrics."""
    return own_path(scope).lstrip("/").partition("/")[0] not in OWN_PATHS


class ErrorPagesMiddleware:
    """Shows a problem as a page where a page was asked for, which follows from the path alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_page(scope):
            await self._app(scope, receive, send)
            return
        start: Message | None = None

        async def translated(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
            elif start is not None:
                page = _page(scope, start, json.loads(message["body"]))
                start = None
                await page(scope, receive, send)
            else:
                await send(message)

        await self._app(scope, receive, translated)


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type") == PROBLEM


def _page(scope: Scope, start: Message, problem: dict[str, str]) -> ASGIApp:
    # Imported here on purpose: it loads the templates.
    from sdlc_lens.web.render import page

    request = Request(scope)
    kept = {
        name: value
        for name, value in Headers(raw=start["headers"]).items()
        if name in ("allow", "retry-after")
    }
    answer = page(request, "error.html", start["status"], problem=problem)
    answer.headers.update(kept)
    return answer

"""Where a change may be asked for: not by another site's page in somebody's browser."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from sdlc_lens.api.problems import of_error
from sdlc_lens.errors import CrossSite

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSiteMiddleware:
    """Refuses a change that a browser says comes from another site; others send no such header."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _HARMLESS or is_own(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        error = CrossSite("a page of another site may change nothing here")
        await of_error(scope, error)(scope, receive, send)


def is_own(headers: Headers) -> bool:
    """Whether the request comes from the service's own pages, from a person, or from no browser."""
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    # The scheme is left out: behind a proxy that ends TLS it differs.
    host = headers.get("host", "")
    return origin is None or origin.partition("://")[2].lower() == host.lower()

"""Protection against requests that another site's page sends from a user's browser."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from sdlc_lens.api.problems import of_error
from sdlc_lens.errors import CrossSite

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class CrossSiteMiddleware:
    """Refuses a changing request when the browser's headers name another site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _HARMLESS or is_own(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        error = CrossSite(
            "pages of other sites cannot change anything here. Use the API from the service's own"
            " address, or from a program"
        )
        await of_error(scope, error)(scope, receive, send)


def is_own(headers: Headers) -> bool:
    """Whether the request comes from the service's own pages, the address bar, or a program."""
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    if (origin := headers.get("origin")) is None:
        return True
    # Browsers leave the default port out of the Origin. A proxy may name it in the Host, and a
    # proxy that ends TLS uses another scheme than the browser.
    scheme, _, site = origin.lower().partition("://")
    site = site.removesuffix(_DEFAULT_PORTS.get(scheme, ""))
    host = headers.get("host", "").lower()
    return host.removesuffix(":80").removesuffix(":443") == site or host == site

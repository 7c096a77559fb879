"""Host names that requests may use, as a defence against DNS rebinding."""

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from sdlc_lens.api.middleware.paths import PROBES, own_path
from sdlc_lens.api.problems import of_error
from sdlc_lens.errors import HostNotAllowed

_HOST = re.compile(r"(?:\[(?P<ipv6>[^\[\]]+)\]|(?P<name>[^:\[\]]+))(?::\d*)?")
_LONGEST_SHOWN = 100


class TrustedHostsMiddleware:
    """Refuses a request for a host name that is not allowed; probes may use any name."""

    def __init__(self, app: ASGIApp, listed: Collection[str]) -> None:
        self._app = app
        self._listed = {"localhost", *listed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or own_path(scope) in PROBES:
            await self._app(scope, receive, send)
            return
        host = Headers(scope=scope).get("host", "")
        if self.allows(host):
            await self._app(scope, receive, send)
        else:
            await of_error(scope, _refusal(host))(scope, receive, send)

    def allows(self, host: str) -> bool:
        """Whether HOST, as the header has it, is an address or a name that is listed."""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        if found["ipv6"]:
            return _is_address(found["ipv6"])
        name = found["name"].lower().removesuffix(".")
        return name in self._listed or _is_address(name)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _refusal(host: str) -> HostNotAllowed:
    return HostNotAllowed(
        f"host name {host[:_LONGEST_SHOWN]!r} is not allowed. Add it to SDLC_LENS_ALLOWED_HOSTS, or"
        f" use an IP address"
    )

"""Request ids: in the answer's header, in log lines, and as a problem's `instance`."""

import re
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.problems import REQUEST_ID
from sdlc_lens.logs import request_id

HEADER = "X-Request-ID"

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIdMiddleware:
    """Gives each request an id; one from the client or a proxy is used if it is safe to log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        own = given if _SAFE_ID.fullmatch(given) else uuid4().hex

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = own
            await send(message)

        token = request_id.set(own)
        try:
            await self._app({**scope, REQUEST_ID: own}, receive, with_id)
        finally:
            request_id.reset(token)

"""What happens to every request before and after its route."""

import logging
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.problems import REQUEST_ID, unexpected

HEADER = "X-Request-ID"

logger = logging.getLogger(__name__)


class Edge:
    """Gives a request its id, lets HEAD and a trailing slash work, answers what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(_routable(scope), send, wants_body=scope["method"] != "HEAD")
        try:
            await self._app(exchange.scope, receive, exchange.send)
        except Exception:
            logger.exception("request %s failed", exchange.id)
            if exchange.begun:
                raise
            await unexpected(exchange.scope)(exchange.scope, receive, exchange.send)


class Exchange:
    """One request and the answer to it."""

    def __init__(self, scope: Scope, send: Send, *, wants_body: bool) -> None:
        self.id = uuid4().hex
        self.scope = {**scope, REQUEST_ID: self.id}
        self.begun = False
        self._send = send
        self._wants_body = wants_body

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, with the id, and for HEAD without its body."""
        if message["type"] == "http.response.start":
            self.begun = True
            MutableHeaders(scope=message)[HEADER] = self.id
        if message["type"] == "http.response.body" and not self._wants_body:
            message = {**message, "body": b""}
        await self._send(message)


def _routable(scope: Scope) -> Scope:
    """SCOPE as its route knows it: GET for HEAD, no slash at the end."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return {**scope, "method": method, "path": scope["path"].rstrip("/") or "/"}

"""What happens to every request before and after its route."""

import asyncio
import logging
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.problems import REQUEST_ID, of_error, unexpected
from sdlc_lens.errors import NotReady

HEADER = "X-Request-ID"
MAX_BODY_BYTES = 1024 * 1024

logger = logging.getLogger(__name__)


class Edge:
    """Gives a request its id, lets HEAD and a trailing slash work, answers what nobody caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        try:
            await self._app(exchange.scope, exchange.receive, exchange.send)
        except asyncio.CancelledError:
            # Only the end of a stop's graceful limit cancels a request.
            logger.warning("request %s was cut off: the service is stopping", exchange.id)
            await exchange.answer(of_error(exchange.scope, NotReady("the service is stopping")))
        except Exception:
            logger.exception("request %s failed", exchange.id)
            await exchange.answer(unexpected(exchange.scope))


class Exchange:
    """One request and the answer to it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.id = uuid4().hex
        self.scope = {**_routable(scope), REQUEST_ID: self.id}
        self._wants_body = scope["method"] != "HEAD"
        self._receive = receive
        self._received = 0
        self._send = send
        self._begun = False

    async def receive(self) -> Message:
        """Take a part of the request on, unless there is too much of it."""
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > MAX_BODY_BYTES:
            raise HTTPException(413, f"the body is larger than {MAX_BODY_BYTES} bytes")
        return message

    async def answer(self, response: Response) -> None:
        """Send RESPONSE, unless another answer has begun: that one stays cut off."""
        if not self._begun:
            await response(self.scope, self.receive, self.send)

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, with the id, and for HEAD without its body."""
        if message["type"] == "http.response.start":
            self._begun = True
            MutableHeaders(scope=message)[HEADER] = self.id
        if message["type"] == "http.response.body" and not self._wants_body:
            message = {**message, "body": b""}
        await self._send(message)


def _routable(scope: Scope) -> Scope:
    """SCOPE as its route knows it: GET for HEAD, no slash at the end."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return {**scope, "method": method, "path": scope["path"].rstrip("/") or "/"}

"""ETag and 304.

The ETag is a hash of the body, so that no route has to list what its answer depends on.
"""

import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TAG = re.compile(r'"[^"]*"|\*')
_OF_THE_BODY = ("content-length", "content-type")


class ETagMiddleware:
    """Adds an ETag to the answer of a GET; a client that sends it back gets 304 without a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            send = _Marking(_known_tags(scope), send).send
        await self._app(scope, receive, send)


class _Marking:
    """One answer: its start is held until the body is known.

    The body is one message: BufferingMiddleware joins its parts.
    """

    def __init__(self, known: list[str], send: Send) -> None:
        self._known = known
        self._send = send
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            self._start = message
            return
        if self._start is not None:
            message = self._mark(self._start, message)
            await self._send(self._start)
        await self._send(message)

    def _mark(self, start: Message, body: Message) -> Message:
        """Set the ETag in START, and return the body message to send."""
        headers = MutableHeaders(scope=start)
        headers["ETag"] = etag(body["body"])
        headers.setdefault("Cache-Control", "no-cache")
        if headers["ETag"] not in self._known and "*" not in self._known:
            return body
        start["status"] = 304
        for name in _OF_THE_BODY:
            del headers[name]
        return {**body, "body": b""}


def etag(body: bytes) -> str:
    """The ETag of an answer with this body."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _known_tags(scope: Scope) -> list[str]:
    """The ETags that the client sent, weak ones without their prefix."""
    return _TAG.findall(", ".join(Headers(scope=scope).getlist("if-none-match")))

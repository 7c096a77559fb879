"""The mark on an answer by which a client learns that nothing behind it has changed.

It is a hash of the answer itself, so that it moves exactly when what is answered moves: no route
has to know of it, and none can forget a part of what it depends on.
"""

import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TAG = re.compile(r'"[^"]*"|\*')
_OF_THE_BODY = ("content-length", "content-type")


class ETagMiddleware:
    """Marks what a GET answers; a client that names the mark gets 304 and no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            send = _Marking(_known_tags(scope), send).send
        await self._app(scope, receive, send)


class _Marking:
    """One answer on its way: its start waits for the body that it is marked by.

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
        """Put the mark on the answer that begins with START; what is to be sent as its body."""
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
    """The mark of an answer with this body."""
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def _known_tags(scope: Scope) -> list[str]:
    """The marks that the client holds; whether it calls them weak makes no difference."""
    return _TAG.findall(", ".join(Headers(scope=scope).getlist("if-none-match")))

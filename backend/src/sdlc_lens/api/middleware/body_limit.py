"""The maximum size of a request body."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.middleware.paths import own_path
from sdlc_lens.api.problems import of_error
from sdlc_lens.errors import ContentTooLarge

MAX_BODY_BYTES = 64 * 1024
MAX_STREAMED_BYTES = 25 * 1024 * 1024
STREAMED = frozenset({"/api/v1/webhooks/git"})
"""Routes that read a body in parts and keep nothing of it."""


class BodyLimitMiddleware:
    """Reads the whole body before the route runs, and refuses one that is too large.

    A route that reads its body in parts gets them as they arrive.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if own_path(scope) in STREAMED:
            await self._app(scope, _counted(_declared_length(scope), receive), send)
            return
        try:
            body = await _read(_declared_length(scope), receive)
        except ContentTooLarge as error:
            await of_error(scope, error)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _once(body, receive), send)


async def _read(declared: int, receive: Receive) -> bytes | None:
    """The whole body; None when the client disconnects before its end."""
    body = bytearray()
    more = declared <= MAX_BODY_BYTES
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False) and len(body) <= MAX_BODY_BYTES
    _require_at_most(MAX_BODY_BYTES, max(declared, len(body)))
    return bytes(body)


def _counted(declared: int, receive: Receive) -> Receive:
    """The messages of RECEIVE. Raises ContentTooLarge when they are about to be too many."""
    received = 0

    async def next_message() -> Message:
        nonlocal received
        _require_at_most(MAX_STREAMED_BYTES, declared)
        message = await receive()
        received += len(message.get("body", b""))
        _require_at_most(MAX_STREAMED_BYTES, received)
        return message

    return next_message


def _require_at_most(most: int, size: int) -> None:
    if size > most:
        raise ContentTooLarge(f"the body is larger than {most} bytes. Send a smaller one")


def _declared_length(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length[:20]) if length.isdecimal() else 0


def _once(body: bytes, receive: Receive) -> Receive:
    """BODY as one message, then the messages of RECEIVE."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message

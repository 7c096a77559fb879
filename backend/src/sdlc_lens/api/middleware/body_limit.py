"""How much a request may bring."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.problems import of_error
from sdlc_lens.errors import ContentTooLarge

MAX_BODY_BYTES = 64 * 1024


class BodyLimitMiddleware:
    """Takes a body on as a whole before its route sees it, or refuses it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await _read(_announced(scope), receive)
        except ContentTooLarge as error:
            await of_error(scope, error)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _once(body, receive), send)


async def _read(announced: int, receive: Receive) -> bytes | None:
    """The whole body; None when the client has left before its end."""
    body = bytearray()
    more = announced <= MAX_BODY_BYTES
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False) and len(body) <= MAX_BODY_BYTES
    if max(announced, len(body)) > MAX_BODY_BYTES:
        raise ContentTooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes. Send a smaller one")
    return bytes(body)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length[:20]) if length.isdecimal() else 0


def _once(body: bytes, receive: Receive) -> Receive:
    """BODY as one message; what follows is the connection's own."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message

"""Sends answers when they are complete, so that a slow client holds no resources."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BufferingMiddleware:
    """Holds an answer until the application returns, and with it all dependencies.

    FastAPI ends a dependency only after the answer is sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages: list[Message] = []

        async def hold(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, hold)
        start, *parts = messages
        await send(start)
        await send({**parts[-1], "body": b"".join(part.get("body", b"") for part in parts)})

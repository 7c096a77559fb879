"""Unexpected errors, and requests that are cancelled when the service stops."""

import asyncio
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.problems import of_error, unexpected
from sdlc_lens.errors import NotReady

logger = logging.getLogger(__name__)


class ServerErrorsMiddleware:
    """Answers such a request with a problem, unless the answer has already started."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
            return
        except asyncio.CancelledError:
            # Requests are cancelled only when the service stops and shutdown_seconds have passed.
            logger.warning("the request was cut off: the service is stopping")
            problem = of_error(scope, NotReady("the service is stopping"))
        except Exception:
            logger.exception("the request failed")
            problem = unexpected(scope)
        if not begun:
            await problem(scope, receive, send)

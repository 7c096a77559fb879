"""What happens to every request before and after its route."""

import asyncio
import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sdlc_lens.api.middleware.paths import QUIET, below, own_path
from sdlc_lens.api.problems import REQUEST_ID, of_error, unexpected
from sdlc_lens.errors import NotReady
from sdlc_lens.logs import request_id

HEADER = "X-Request-ID"
LONGEST_LOGGED = 300

_HOST = re.compile(r"\Ahttps?://[^/]*", re.IGNORECASE)  # of a request as proxies get it
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

logger = logging.getLogger(__name__)
access = logging.getLogger("sdlc_lens.access")


class Edge:
    """Gives a request its id and a line in the log, lets HEAD, a trailing slash and a root path
    work, answers what nobody caught.
    """

    def __init__(self, app: ASGIApp, root_path: str = "") -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, self._root_path, send)
        token = request_id.set(exchange.id)
        try:
            await self._app(exchange.scope, receive, exchange.send)
        except asyncio.CancelledError:
            # Only the end of a stop's graceful limit cancels a request.
            logger.warning("the request was cut off: the service is stopping")
            error = NotReady("the service is stopping")
            await exchange.answer(of_error(exchange.scope, error), receive)
        except Exception:
            logger.exception("the request failed")
            await exchange.answer(unexpected(exchange.scope), receive)
        finally:
            exchange.log()
            request_id.reset(token)


class Exchange:
    """One request and the answer to it."""

    def __init__(self, scope: Scope, root_path: str, send: Send) -> None:
        self.id = _id(scope)
        self.scope = {**_routable(scope, root_path), REQUEST_ID: self.id}
        self._asked = scope
        self._send = send
        self._status: int | None = None
        self._start = time.perf_counter()

    async def answer(self, response: Response, receive: Receive) -> None:
        """Send RESPONSE, unless another answer has begun: that one stays cut off."""
        if self._status is None:
            await response(self.scope, receive, self.send)

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, with the id, and for HEAD without its body."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            MutableHeaders(scope=message)[HEADER] = self.id
        if message["type"] == "http.response.body" and self._asked["method"] == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    def log(self) -> None:
        """One line, unless a machine asks this all the time; no status: the client has left."""
        if own_path(self.scope) in QUIET:
            return
        facts = {
            "method": self._asked["method"],
            "path": _shown(self._asked),
            "status": self._status,
            "ms": round((time.perf_counter() - self._start) * 1000, 1),
            "client": (self._asked.get("client") or ("-",))[0],
        }
        access.info(
            "%(client)s %(method)s %(path)s %(status)s %(ms)s ms", facts, extra={"facts": facts}
        )


def _id(scope: Scope) -> str:
    """The id that the client or a proxy has given, if it can do no harm in a log."""
    given = Headers(scope=scope).get(HEADER, "")
    return given if _SAFE_ID.fullmatch(given) else uuid4().hex


def _routable(scope: Scope, root_path: str) -> Scope:
    """SCOPE as its route knows it: GET for HEAD, below the root path, no slash at the end."""
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    path = root_path + below(root_path, _HOST.sub("", scope["path"]))
    return {**scope, "method": method, "root_path": root_path, "path": path}


def _shown(scope: Scope) -> str:
    """Path and query as they were sent, percent signs and all."""
    query = scope["query_string"]
    sent = scope.get("raw_path", b"").partition(b"?")[0] + (b"?" + query if query else b"")
    return str(sent.decode("ascii", "backslashreplace"))[:LONGEST_LOGGED]

"""uvicorn's HTTP/1.1 protocol, with limits on connections and on the time that clients take.

Errors before a request reaches the application, such as malformed HTTP, are problem+json too.
"""

import asyncio
import logging
import math
import time
from http import HTTPStatus
from uuid import uuid4

import h11
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sdlc_lens.api.middleware.access_log import access
from sdlc_lens.api.middleware.request_id import HEADER
from sdlc_lens.api.middleware.security_headers import SECURITY
from sdlc_lens.api.problems import REQUEST_ID, of_error
from sdlc_lens.errors import Busy, LensError, MalformedRequest, RequestTimeout
from sdlc_lens.logs import request_id

MAX_CONNECTIONS = 256
"""One more closes the connection that has waited longest for its client."""

MAX_UNREAD_BYTES = 32 * 1024 * 1024
"""Bytes of answers that clients have not read, over all connections; more closes connections."""

CLIENT_SECONDS = 20
"""The time limit for sending a whole request, and between two reads of an answer."""

_WARNING_SECONDS = 60
_warned_at = -math.inf

# All connections receive into this: asyncio would allocate as much for every read, which
# fragments the heap so that memory stays allocated after the connections are closed.
_received = memoryview(bytearray(256 * 1024))

logger = logging.getLogger(__name__)


class Protocol(H11Protocol, asyncio.BufferedProtocol):
    """One connection, with a deadline while it waits for its client."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client and "." in self.client[0]:
            # A socket for both protocols names an IPv4 client ::ffff:192.0.2.1.
            self.client = (self.client[0].removeprefix("::ffff:"), self.client[1])
        # Writing is paused while any byte of an answer is unread.
        transport.set_write_buffer_limits(high=0)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread_bytes = 0
        self._completes_when_read = False
        self._lingers = False
        self._watch_client()
        if len(self.connections) > MAX_CONNECTIONS and not self._close_another():
            self.app = self._refuse_request

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._stop_watching()

    def get_buffer(self, sizehint: int) -> memoryview:
        """The shared receive buffer; `buffer_updated` copies it at once."""
        return _received

    def buffer_updated(self, nbytes: int) -> None:
        """Copy the received bytes, unless they are the rest of a malformed request."""
        if not self._lingers:
            self.data_received(bytes(_received[:nbytes]))

    def handle_events(self) -> None:
        """Act on the bytes received so far."""
        super().handle_events()
        self._watch_client()

    def on_response_complete(self) -> None:
        """Go on to the next request when the client has read the answer."""
        self._completes_when_read = self.flow.write_paused
        if not self._completes_when_read:
            super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread_bytes = self.transport.get_write_buffer_size()
        self._watch_client()
        while self._all_unread_bytes() > MAX_UNREAD_BYTES and self._close_another(reading=True):
            pass

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread_bytes = 0
        self._stop_watching()
        if self._completes_when_read:
            self.on_response_complete()
        self._watch_client()

    def send_400_response(self, msg: str) -> None:
        """Answer a malformed request; the connection ends when the client has sent it all."""
        error = MalformedRequest(
            "the request is not valid HTTP/1.1. Percent-encode non-ASCII characters in its path"
            " and query, send one Host header and a correct Content-Length, and keep its head"
            " below 16 KB"
        )
        if not self._refuse(error):
            self.transport.close()
            return
        # The client may still be sending: closing now would lose the answer on its way.
        self._lingers = True
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.cycle = None  # type: ignore[assignment]
        self.transport.write_eof()

    def _watch_client(self) -> None:
        """Run the deadline while this waits for the client; else stop it."""
        waits = (
            self._lingers
            or self.flow.write_paused
            or self.conn.their_state in (h11.IDLE, h11.SEND_BODY)
        )
        if not waits or self.timeout_keep_alive_task:
            self._stop_watching()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(CLIENT_SECONDS, self._end_wait)

    def _stop_watching(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _end_wait(self) -> None:
        self._deadline = None
        unread = self.transport.get_write_buffer_size()
        if unread < self._unread_bytes:  # the client reads, if slowly
            self._unread_bytes = unread
            self._watch_client()
            return
        if not unread and (self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0]):
            self._refuse(RequestTimeout("the request did not arrive in time. Send it again"))
        self._close_now()

    def _close_another(self, reading: bool = False) -> bool:
        """Close the connection that has waited longest for its client; whether there was one.

        With READING, only those whose client has bytes to read.
        """
        waiting = [
            other
            for other in self.connections
            if isinstance(other, Protocol) and other is not self and other._waits_until < math.inf
            if other._unread_bytes or not reading
        ]
        if not waiting:
            return False
        min(waiting, key=lambda other: other._waits_until)._close_now()
        _warn_of_closing()
        return True

    @property
    def _waits_until(self) -> float:
        timer = self._deadline or self.timeout_keep_alive_task
        return timer.when() if timer else math.inf

    def _all_unread_bytes(self) -> int:
        return sum(other.transport.get_write_buffer_size() for other in self.connections)

    def _close_now(self) -> None:
        """Close without waiting for the client to read."""
        self.connections.discard(self)
        self._stop_watching()
        self.transport.abort()

    def _refuse(self, error: LensError) -> bool:
        """Answer in place of the application; False if its answer has already started."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return False
        answer = self._refusal(error)
        reason = HTTPStatus(error.status).phrase.encode()
        events = (
            h11.Response(status_code=error.status, headers=answer.raw_headers, reason=reason),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        return True

    async def _refuse_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = Busy("the service has too many connections. Try again in a moment")
        await self._refusal(error)(scope, receive, send)

    def _refusal(self, error: LensError) -> JSONResponse:
        """The answer to ERROR, logged under its own id; the connection is closed after it."""
        own_id = uuid4().hex
        fields = {"client": (self.client or ("-",))[0], "status": error.status}
        token = request_id.set(own_id)
        access.info(f"%(client)s {error.title} %(status)s", fields, extra={"fields": fields})
        request_id.reset(token)
        answer = of_error({REQUEST_ID: own_id}, error)
        answer.headers.update({**SECURITY, HEADER: own_id, "Connection": "close"})
        return answer


def _warn_of_closing() -> None:
    global _warned_at
    now = time.monotonic()
    if now - _warned_at > _WARNING_SECONDS:
        _warned_at = now
        logger.warning(
            "too many connections or unread answers: the service closes those that have waited"
            " longest for their client (at most one such line a minute)"
        )

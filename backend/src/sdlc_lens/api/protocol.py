"""HTTP/1.1 as uvicorn speaks it, but for the answer to what is no HTTP: that is a problem, too."""

import asyncio
from uuid import uuid4

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sdlc_lens.api.middleware.access_log import access
from sdlc_lens.api.middleware.request_id import HEADER
from sdlc_lens.api.middleware.security_headers import SECURITY
from sdlc_lens.api.problems import REQUEST_ID, problem
from sdlc_lens.logs import request_id

_NO_HTTP = (
    "this is no HTTP/1.1 request. Percent-encode what is not ASCII in its path and query, send one"
    " Host header, and a Content-Length that is right; its head has at most 64 KB"
)


class Protocol(H11Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Name an IPv4 client as such; a socket for both protocols says ::ffff:192.0.2.1."""
        super().connection_made(transport)
        if self.client and "." in self.client[0]:
            self.client = (self.client[0].removeprefix("::ffff:"), self.client[1])

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up; nothing of the application sees such a request."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._refuse(uuid4().hex)
        self.transport.close()

    def _refuse(self, asked: str) -> None:
        headers = {**SECURITY, HEADER: asked, "Connection": "close"}
        title = "Bad Request"
        answer = problem({REQUEST_ID: asked}, 400, "BAD_REQUEST", title, _NO_HTTP, headers)
        events = (
            h11.Response(status_code=400, headers=answer.raw_headers, reason=title.encode()),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self._log(asked)

    def _log(self, asked: str) -> None:
        facts = {"client": (self.client or ("-",))[0], "status": 400}
        token = request_id.set(asked)
        access.info("%(client)s sent no HTTP %(status)s", facts, extra={"facts": facts})
        request_id.reset(token)

"""HTTP requests to one git server, at the address that was checked and within a budget."""

import http.client
import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from typing import Self
from urllib.parse import urljoin, urlsplit

from sdlc_lens.remote_errors import (
    CertificateUntrusted,
    CorruptAnswer,
    RedirectRefused,
    RepositoryNotFound,
    ServerUnreachable,
)
from sdlc_lens.sources.git.failures import cut_off, refusal, stalled
from sdlc_lens.sources.git.hosts import DEFAULT_PORTS, Remote
from sdlc_lens.sources.git.limits import Budget

AGENT = "git/2 (sdlc-lens)"
"""Some forges take only a client that calls itself git for one."""

_USER = "x-access-token"
_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


class Client:
    """Requests to addresses below that of one remote; TOKEN goes to no other server."""

    def __init__(self, remote: Remote, budget: Budget, token: str | None) -> None:
        self._remote = remote
        self._budget = budget
        self.path = remote.path
        self._headers = {"User-Agent": AGENT, "Git-Protocol": "version=2"}
        self._has_token = token is not None
        if token is not None:
            user, _, secret = token.rpartition(":")
            login = b64encode(f"{user or _USER}:{secret}".encode()).decode()
            self._headers["Authorization"] = f"Basic {login}"
        self._connection = _Connection(remote, budget)
        self._response: http.client.HTTPResponse | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._response is not None:
            self._response.close()  # which keeps the socket of an answer without a length
        self._connection.close()

    def get(self, path: str) -> "Answer":
        """Ask for PATH below the repository; where the same server redirects to, it is from now on.

        Raises: GitError.
        """
        for _ in range(_MOST_REDIRECTS):
            response = self._request("GET", path)
            location = response.getheader("Location")
            if response.status not in _REDIRECTS or not location:
                return self._answer(response)
            self._follow(path, location)
            response.close()
        raise RedirectRefused("the server redirects in a circle. Check the repository's address")

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> "Answer":
        """Send BODY to PATH below the repository.

        Raises: GitError.
        """
        return self._answer(self._request("POST", path, body, headers))

    def _request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        connection = self._connection
        if self._response is not None and not self._response.isclosed():
            connection.close()  # the rest of the former answer was not read
        while True:
            was_open = connection.sock is not None
            try:
                connection.limit_time()
                connection.request(
                    method, self.path + path, body, {**self._headers, **(headers or {})}
                )
                self._response = connection.getresponse()
                return self._response
            except (ConnectionResetError, BrokenPipeError) as error:
                connection.close()
                if not was_open:
                    raise cut_off() from error
                # The server has closed an idle connection: once more, with another one.
            except TimeoutError as error:
                raise stalled() from error
            except (http.client.HTTPException, OSError) as error:
                raise cut_off() from error

    def _follow(self, path: str, location: str) -> None:
        """Take the address that the server redirects to, if it is on the same server."""
        host = self._remote.host
        try:
            target = urlsplit(urljoin(host.url + self.path + path, location))
            port = target.port or DEFAULT_PORTS.get(target.scheme)
        except ValueError as error:
            raise RedirectRefused(
                "the server redirects to a malformed address. Check the repository's address"
            ) from error
        if (target.scheme, target.hostname, port) != (host.scheme, host.name, host.port):
            raise RedirectRefused(
                f"the server redirects to {target.scheme}://{target.hostname}, which is not asked."
                " If the repository has moved there, change the project's address; a private"
                " repository needs a token"
            )
        moved, found, _ = target.path.partition(path.partition("?")[0])
        if not found:
            raise RepositoryNotFound(
                "this address is not the one of a repository: the server redirects to a page."
                " Check the address; a private repository needs a token"
            )
        self.path = moved

    def _answer(self, response: http.client.HTTPResponse) -> "Answer":
        if response.status != 200:
            raise refusal(
                response.status, response.getheader("Retry-After"), has_token=self._has_token
            )
        return Answer(response, self._connection, self._budget)


class Answer:
    """The body of an answer, read as it arrives."""

    def __init__(
        self, response: http.client.HTTPResponse, connection: "_Connection", budget: Budget
    ) -> None:
        self._response = response
        self._connection = connection
        self._budget = budget
        self.content_type = (response.getheader("Content-Type") or "").partition(";")[0].strip()

    def read(self, size: int) -> bytes:
        """The next SIZE bytes.

        Raises: CorruptAnswer, when fewer are left; ServerTimeout, RepositoryTooLarge.
        """
        data = b""
        while len(data) < size:
            part = self._some(size - len(data))
            if not part:
                raise cut_off()
            self._budget.receive(len(part))
            data = data + part if data else part
        return data

    def finish(self) -> None:
        """Require the end, after which the connection can be used again."""
        if self._some(1):
            raise CorruptAnswer("the server's answer goes on after its end. Sync again")
        self._response.close()

    def _some(self, most: int) -> bytes:
        self._connection.limit_time()
        try:
            return self._response.read1(most)
        except TimeoutError as error:
            raise stalled() from error
        except (http.client.HTTPException, OSError) as error:
            raise cut_off() from error


class _Connection(http.client.HTTPConnection):
    """A connection to an address that the host had when it was first asked for, and was checked."""

    def __init__(self, remote: Remote, budget: Budget) -> None:
        host = remote.host
        super().__init__(host.name, host.port)
        self.default_port = DEFAULT_PORTS[host.scheme]
        self._budget = budget
        self._host = host
        self._addresses = host.resolve()
        self._dialled: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._dialled = self._secured(self._dial())

    def limit_time(self) -> None:
        """Let the server send nothing only for as long as the budget allows."""
        seconds = self._budget.seconds_left()
        if self._dialled is not None and self._dialled.fileno() >= 0:
            self._dialled.settimeout(seconds)

    def _dial(self) -> socket.socket:
        failure: OSError | None = None
        for family, address in self._addresses:
            dialled = socket.socket(family, socket.SOCK_STREAM)
            dialled.settimeout(self._budget.seconds_left())
            try:
                dialled.connect(address)
            except OSError as error:
                dialled.close()
                failure = error
            else:
                dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return dialled
        if isinstance(failure, TimeoutError):
            raise stalled() from failure
        raise ServerUnreachable(
            f"{self._host.shown} cannot be reached: {failure and failure.strerror}. Check the"
            " repository's address, and that this machine can reach the server"
        ) from failure

    def _secured(self, dialled: socket.socket) -> socket.socket:
        if self._host.scheme != "https":
            return dialled
        try:
            return ssl.create_default_context().wrap_socket(
                dialled, server_hostname=self._host.name
            )
        except ssl.SSLCertVerificationError as error:
            raise CertificateUntrusted(
                f"the certificate of {self._host.shown} is not trusted:"
                f" {error.verify_message.rstrip('.')}. Check the host in the repository's address;"
                " for a private CA, name a file with its certificate in SSL_CERT_FILE"
            ) from error
        except TimeoutError as error:
            raise stalled() from error
        except OSError as error:
            raise ServerUnreachable(
                f"{self._host.shown} does not speak TLS: {error.strerror or error}. Check the port"
                " in the repository's address"
            ) from error

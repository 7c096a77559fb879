"""Connections: how long they may wait for their clients, and how many there may be."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI, Response
from support.processes import PATIENCE_SECONDS
from uvicorn.server import ServerState

from sdlc_lens.api import protocol
from sdlc_lens.api.protocol import CLIENT_SECONDS, Protocol

pytestmark = pytest.mark.anyio

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
GET_LARGE = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF_HEAD = b"GET /livez HTTP/1.1\r\nHost: local"
HALF_BODY = b"POST /api/v1/projects HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
LARGE = b"x" * 1_000_000
BUFFER = 4096
"""What the system keeps of an answer that is not read, about: much less than the large one."""


class Clock:
    """The event loop's time, which a test can advance."""

    def __init__(self, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        real = loop.time
        monkeypatch.setattr(loop, "time", lambda: real() + self._ahead)

    async def advance(self, seconds: float) -> None:
        """Make everything happen that is due by now, then what is due SECONDS later."""
        await turns()
        self._ahead += seconds
        await turns()


async def turns() -> None:
    """Make everything happen that is due."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def clock(anyio_backend: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(asyncio.get_running_loop(), monkeypatch)


class Service:
    """The service on a port of its own, in the event loop of the test."""

    def __init__(self, app: FastAPI) -> None:
        self._state = ServerState()
        self._config = uvicorn.Config(app, lifespan="off", log_config=None)
        self._clients: list[Client] = []

    async def start(self) -> None:
        """Begin to listen."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Protocol(self._config, self._state, {}), sock=self._listener
        )

    async def stop(self) -> None:
        """End every connection and request."""
        self._server.close()
        for task in self._state.tasks:
            task.cancel()
        for connection in self._connections():
            connection.transport.abort()
        for _, writer in self._clients:
            writer.transport.abort()
        await turns()

    async def connect(self, sent: bytes = b"") -> Client:
        """A client that has sent these bytes."""
        client = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio sends each byte at once
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, self._listener.getsockname())
        reader, writer = await asyncio.open_connection(sock=client, limit=BUFFER)
        self._clients.append((reader, writer))
        writer.write(sent)
        await turns()
        return reader, writer

    def has(self, client: Client) -> bool:
        """Whether the service still holds the client's connection."""
        clients = [connection.client for connection in self._connections()]
        return client[1].get_extra_info("sockname") in clients

    def _connections(self) -> list[Protocol]:
        return [one for one in self._state.connections if isinstance(one, Protocol)]


@pytest.fixture
async def service(app: FastAPI) -> AsyncIterator[Service]:
    @app.get("/large")
    async def large() -> Response:
        return Response(LARGE)

    service = Service(app)
    await service.start()
    yield service
    await service.stop()


async def all_of(client: Client) -> bytes:
    """Everything that the client is sent until the connection is closed, or reset."""
    received = b""
    async with asyncio.timeout(PATIENCE_SECONDS):
        try:
            while part := await client[0].read(BUFFER):
                received += part
        except ConnectionResetError:
            pass
    return received


async def answer_of(client: Client) -> bytes:
    """The head of one answer, and its body as far as it has come with it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await client[0].readuntil(b"\r\n\r\n")


@pytest.mark.parametrize("sent", [HALF_HEAD, HALF_BODY, GET + HALF_BODY])
async def test_request_that_does_not_arrive_in_time(
    sent: bytes, service: Service, clock: Clock
) -> None:
    client = await service.connect(sent)
    await clock.advance(CLIENT_SECONDS / 2)
    assert service.has(client)
    await clock.advance(CLIENT_SECONDS / 2)
    assert not service.has(client)
    *_, last = (await all_of(client)).split(b"HTTP/1.1 ")
    assert last.startswith(b"408 Request Timeout\r\n")
    assert b'"REQUEST_TIMEOUT"' in last
    assert b"x-content-type-options: nosniff" in last.lower()


@pytest.mark.parametrize("begun", [HALF_HEAD, HALF_BODY, GET + HALF_HEAD])
async def test_time_does_not_begin_again_with_each_byte(
    begun: bytes, service: Service, clock: Clock
) -> None:
    client = await service.connect(begun)
    for _ in range(3):
        client[1].write(b" ")
        await clock.advance(CLIENT_SECONDS / 3)
    await clock.advance(1)
    assert not service.has(client)
    assert b"HTTP/1.1 408 " in await all_of(client)


async def test_connection_without_a_request_is_closed(service: Service, clock: Clock) -> None:
    client = await service.connect()
    await clock.advance(CLIENT_SECONDS)
    assert not service.has(client)
    assert await all_of(client) == b""


async def test_time_of_the_service_does_not_count(
    app: FastAPI, service: Service, clock: Clock
) -> None:
    done = asyncio.Event()

    @app.get("/slow")
    async def slow() -> None:
        await done.wait()

    client = await service.connect(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await clock.advance(10 * CLIENT_SECONDS)
    done.set()
    assert (await answer_of(client)).startswith(b"HTTP/1.1 200 ")


async def test_client_that_does_not_read_is_disconnected(service: Service, clock: Clock) -> None:
    client = await service.connect(GET_LARGE)
    await clock.advance(CLIENT_SECONDS)
    await clock.advance(CLIENT_SECONDS)  # the first time, something had gone into its buffers
    assert not service.has(client)
    assert 0 < len(await all_of(client)) < len(LARGE)


async def test_client_that_reads_slowly_gets_its_answer(service: Service, clock: Clock) -> None:
    reader, _ = client = await service.connect(GET_LARGE)
    await answer_of(client)
    left = len(LARGE)
    while left and (part := await reader.read(left)):
        left -= len(part)
        await clock.advance(CLIENT_SECONDS / 2)
    assert not left


async def test_next_request_waits_until_the_answer_is_read(app: FastAPI, service: Service) -> None:
    asked = asyncio.Event()

    @app.get("/next")
    async def following() -> None:
        asked.set()

    following_request = GET_LARGE.replace(b"/large", b"/next")
    reader, _ = client = await service.connect(GET_LARGE + following_request)
    await answer_of(client)
    assert not asked.is_set()
    assert await reader.readexactly(len(LARGE)) == LARGE
    assert (await answer_of(client)).startswith(b"HTTP/1.1 200 ")


async def test_too_many_connections_close_the_one_that_waited_longest(
    service: Service, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 3)
    first = await service.connect(HALF_HEAD)
    await clock.advance(1)
    second = await service.connect(HALF_BODY)
    await clock.advance(1)
    idle = await service.connect(GET)
    for client in (idle, first, second):
        newest = await service.connect(GET)
        assert (await answer_of(newest)).startswith(b"HTTP/1.1 200 ")
        await turns()
        assert not service.has(client)
        assert service.has(newest)
        newest[1].write(HALF_HEAD)
        await clock.advance(1)


async def test_too_many_requests_under_way(
    app: FastAPI, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "MAX_CONNECTIONS", 1)
    done = asyncio.Event()

    @app.get("/slow")
    async def slow() -> None:
        await done.wait()

    first = await service.connect(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
    refused = await all_of(await service.connect(GET))
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: " in refused.lower()
    assert b'"NOT_READY"' in refused
    done.set()
    assert (await answer_of(first)).startswith(b"HTTP/1.1 200 ")


async def test_too_many_unread_answers_close_the_one_that_waited_longest(
    service: Service, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(protocol, "MAX_UNREAD_BYTES", 1.5 * len(LARGE))
    waiting = await service.connect(HALF_HEAD)
    await clock.advance(1)
    first = await service.connect(GET_LARGE)
    await clock.advance(1)
    second = await service.connect(GET_LARGE)
    await turns()
    assert not service.has(first)
    assert len(await all_of(first)) < len(LARGE)
    await answer_of(second)
    assert await second[0].readexactly(len(LARGE)) == LARGE
    assert service.has(waiting)

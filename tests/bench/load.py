"""Requests over connections that are kept, and how long their answers took."""

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

TIMEOUT_SECONDS = 60
RECEIVED_AT_ONCE = 2**20

Address = tuple[str, int]


class Connection:
    """A kept connection that does little of its own: the client shares the service's cores."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        self._socket = None

    def ask(self, path: str) -> float:
        """Send a GET that has to be answered with 200; milliseconds until the whole answer."""
        begin = time.perf_counter()
        head, body = self._answer(path) or self._answer(path) or (b"", b"")
        taken = (time.perf_counter() - begin) * 1000
        assert head.startswith(b"HTTP/1.1 200 "), f"{path}: {head!r} {body[:300]!r}"
        return taken

    def _answer(self, path: str) -> tuple[bytes, bytes] | None:
        """Head and body; nothing when the service closed the connection while it was idle."""
        if not self._socket:
            self._socket = socket.create_connection(self._address, TIMEOUT_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            part = self._socket.recv(RECEIVED_AT_ONCE)
            if not part:
                self.close()
                return None
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        return head, self._rest(head.lower(), bytearray(body))

    def _rest(self, head: bytes, body: bytearray) -> bytes:
        assert self._socket
        _, length, after = head.partition(b"\r\ncontent-length: ")
        assert length, f"an answer without its length: {head!r}"
        size = int(after.partition(b"\r\n")[0])
        while len(body) < size:
            part = self._socket.recv(RECEIVED_AT_ONCE)
            assert part, "the connection was closed within an answer"
            body += part
        return bytes(body)


def ask(address: Address, paths: Sequence[str], seconds: float, fewest: int = 1) -> list[float]:
    """Ask for paths in turn over one connection, so long and so often; milliseconds of each."""
    took: list[float] = []
    with Connection(address) as connection:
        end = time.perf_counter() + seconds
        for path in cycle(paths):
            if time.perf_counter() > end and len(took) >= fewest:
                break
            took.append(connection.ask(path))
    return took


def answers_per_second(
    address: Address, paths: Sequence[str], connections: int, seconds: float
) -> float:
    """How many answers so many connections at once get."""
    starts = [list(islice(cycle(paths), n, n + len(paths))) for n in range(connections)]
    begin = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        asked = pool.map(lambda start: len(ask(address, start, seconds)), starts)
        return sum(asked) / (time.perf_counter() - begin)

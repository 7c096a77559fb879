"""Requests over connections that are kept, and how long their answers took."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, RemoteDisconnected
from itertools import cycle, islice
from statistics import quantiles

TIMEOUT_SECONDS = 30

Address = tuple[str, int]


class Missing(Exception):
    """What was asked for is not there."""


@dataclass(frozen=True)
class Load:
    """How long answers took, in milliseconds, and how many there were in a second."""

    p50: float
    p99: float
    per_second: float


@dataclass
class Client:
    """One connection, asking for paths in turn."""

    address: Address
    paths: Sequence[str]
    took: list[float] = field(default_factory=list)
    error: Exception | None = None

    def run(self, end: float, fewest: int = 1) -> None:
        """Ask until END, and FEWEST times at least; an error ends it and is kept."""
        connection = HTTPConnection(*self.address, timeout=TIMEOUT_SECONDS)
        try:
            for path in cycle(self.paths):
                if time.perf_counter() > end and len(self.took) >= fewest:
                    return
                self.took.append(_ask(connection, path))
        except (OSError, Missing, AssertionError) as error:
            self.error = error
        finally:
            connection.close()


def measure(
    address: Address, paths: Sequence[str], connections: int, seconds: float, fewest: int
) -> Load:
    """Ask for PATHS with so many CONNECTIONS at once; Missing when one of them is not there."""
    warm_up = Client(address, paths)
    warm_up.run(0, fewest=min(len(paths), 10))
    clients = [
        Client(address, list(islice(cycle(paths), start, start + len(paths))))
        for start in range(connections)
    ]
    begin = time.perf_counter()
    threads = [
        threading.Thread(target=client.run, args=(begin + seconds, fewest)) for client in clients
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - begin
    for client in (warm_up, *clients):
        if client.error:
            raise client.error
    return _load([took for client in clients for took in client.took], elapsed)


def _ask(connection: HTTPConnection, path: str) -> float:
    """Milliseconds until the whole answer was there."""
    begin = time.perf_counter()
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
    except (RemoteDisconnected, ConnectionResetError):
        connection.close()  # it was kept for longer than the service keeps one: a new one, then
        connection.request("GET", path)
        answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - begin) * 1000
    if answer.status == 404:
        raise Missing(path)
    assert answer.status == 200, f"{path}: {answer.status} {body[:300]!r}"
    return took


def _load(took: list[float], elapsed: float) -> Load:
    cuts = quantiles(took, n=100, method="inclusive")
    return Load(cuts[49], cuts[98], len(took) / elapsed)

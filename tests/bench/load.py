"""Requests over connections that are kept, and how long their answers took."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, RemoteDisconnected
from itertools import cycle, islice
from statistics import quantiles

TIMEOUT_SECONDS = 30

Address = tuple[str, int]


@dataclass(frozen=True)
class Load:
    """How long answers took, in milliseconds, and how many there were in a second."""

    p50: float
    p99: float
    per_second: float


def ask(address: Address, paths: Sequence[str], seconds: float, fewest: int) -> list[float]:
    """Ask for paths in turn over one connection, so long and so often; milliseconds of each."""
    connection = HTTPConnection(*address, timeout=TIMEOUT_SECONDS)
    end = time.perf_counter() + seconds
    took: list[float] = []
    for path in cycle(paths):
        if time.perf_counter() > end and len(took) >= fewest:
            break
        took.append(_ask(connection, path))
    connection.close()
    return took


def measure(
    address: Address, paths: Sequence[str], connections: int, seconds: float, fewest: int
) -> Load:
    """Ask for paths with so many connections at once."""
    ask(address, paths, 0, fewest=min(len(paths), 10))
    begin = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        starts = [list(islice(cycle(paths), n, n + len(paths))) for n in range(connections)]
        asked = pool.map(lambda start: ask(address, start, seconds, fewest), starts)
        took = [milliseconds for one in asked for milliseconds in one]
    cuts = quantiles(took, n=100, method="inclusive")
    return Load(cuts[49], cuts[98], len(took) / (time.perf_counter() - begin))


def _ask(connection: HTTPConnection, path: str) -> float:
    begin = time.perf_counter()
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
    except (RemoteDisconnected, ConnectionResetError):
        connection.close()  # it was kept for longer than the service keeps one: a new one, then
        connection.request("GET", path)
        answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, f"{path}: {answer.status} {body[:300]!r}"
    return (time.perf_counter() - begin) * 1000

"""Requests over connections that are kept, and how long their answers took."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import cycle, islice

TIMEOUT_SECONDS = 60

Address = tuple[str, int]


def ask(address: Address, paths: Sequence[str], seconds: float, fewest: int = 1) -> list[float]:
    """Ask for paths in turn over one connection, so long and so often; milliseconds of each."""
    took: list[float] = []
    end = time.perf_counter() + seconds
    with closing(HTTPConnection(*address, timeout=TIMEOUT_SECONDS)) as connection:
        for path in cycle(paths):
            begin = time.perf_counter()
            if begin > end and len(took) >= fewest:
                break
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            took.append((time.perf_counter() - begin) * 1000)
            assert answer.status == 200, f"{path}: {answer.status} {body[:300]!r}"
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

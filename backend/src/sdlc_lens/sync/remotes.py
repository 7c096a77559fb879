"""When each git remote is asked next."""

import math
import random
import time
from collections.abc import Callable, Iterable

from sdlc_lens.sources.git.place import Place, Remote

JITTER = 0.1
"""The share by which the times differ, so that not all remotes are asked at once."""

MOST_SECONDS_APART = 3600

SHORTEST_SECONDS_APART = 5
"""How long a remote that was asked is left alone, however often it is marked."""


class Remotes:
    """The times at which remotes are due, which every exchange moves, a manual sync's too."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._due: dict[Remote, float] = {}
        self._failures: dict[Remote, int] = {}
        self._asked: dict[Remote, float] = {}
        self._marked: dict[str, float] = {}

    def is_due(self, place: Place) -> bool:
        """Whether it is time to ask about PLACE."""
        due = self._due.get(place.remote, 0 if self._seconds else math.inf)
        asked = self._asked.get(place.remote, -math.inf)
        is_marked = place.url in self._marked and self._marked[place.url] >= asked
        if is_marked and place.remote not in self._failures:
            due = min(due, asked + SHORTEST_SECONDS_APART)
        return self._clock() >= due

    def mark_due(self, urls: Iterable[str]) -> None:
        """Ask about the repositories at URLS soon, unless they wait after a failure."""
        self._marked |= dict.fromkeys(urls, self._clock())

    def asked(self, place: Place) -> None:
        """Forget earlier marks of PLACE; later ones mean that it may have changed since."""
        self._asked[place.remote] = self._clock()

    def answered(self, place: Place) -> None:
        """Ask about PLACE again after the usual time."""
        self._failures.pop(place.remote, None)
        self._wait(place, self._seconds)

    def failed(self, place: Place, retry_after: float = 0) -> None:
        """Ask about PLACE again later after each failure, and not before RETRY_AFTER seconds."""
        failures = self._failures.get(place.remote, 0) + 1
        self._failures[place.remote] = failures
        apart = min(self._seconds * 2 ** min(failures, 16), MOST_SECONDS_APART)
        self._wait(place, max(apart, self._seconds, retry_after))

    def _wait(self, place: Place, seconds: float) -> None:
        later = random.uniform(0, JITTER) * seconds
        self._due[place.remote] = self._clock() + seconds + later if self._seconds else math.inf

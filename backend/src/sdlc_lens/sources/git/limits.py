"""What one exchange with a git server may cost, counted while its answers arrive."""

import time
from dataclasses import dataclass

from sdlc_lens.remote_errors import RepositoryTooLarge, ServerTimeout

STALL_SECONDS = 30
"""How long a server may send nothing."""


@dataclass(frozen=True)
class Limits:
    """The most that one exchange may receive, unpack and last; sizes in bytes."""

    received: int = 256 * 2**20
    unpacked: int = 512 * 2**20
    objects: int = 100_000
    file: int = 5 * 2**20
    seconds: int = 120


class Budget:
    """What is left of the limits of one exchange; the clock starts with it.

    Each method raises RepositoryTooLarge or ServerTimeout.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.received = 0
        self.unpacked = 0
        self.objects = 0
        self._end = time.monotonic() + limits.seconds

    def receive(self, size: int) -> None:
        """Count bytes that have arrived."""
        self.received += size
        if self.received > self.limits.received:
            raise _too_large(
                f"the server sent more than {self.limits.received >> 20} MB",
                "SDLC_LENS_GIT_MAX_RECEIVED_MB",
            )
        self.seconds_left()

    def unpack(self, size: int) -> None:
        """Count bytes that are about to be unpacked."""
        self.unpacked += size
        if self.unpacked > self.limits.unpacked:
            raise _too_large(
                f"the repository has more than {self.limits.unpacked >> 20} MB to unpack",
                "SDLC_LENS_GIT_MAX_UNPACKED_MB",
            )

    def add_objects(self, count: int) -> None:
        """Count files and folders that are about to be received."""
        self.objects += count
        if self.objects > self.limits.objects:
            raise too_many(self.limits.objects)

    def seconds_left(self) -> float:
        """How long the server may send nothing from now on."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise too_late(self.limits.seconds)
        return min(left, STALL_SECONDS)


def too_late(seconds: float) -> ServerTimeout:
    """The error for a server that took more than SECONDS."""
    return ServerTimeout(
        f"the repository could not be read within {seconds} s. Raise SDLC_LENS_GIT_MAX_SECONDS, or"
        " sync again later"
    )


def too_many(most: int) -> RepositoryTooLarge:
    """The error for more files and folders than the MOST that are allowed."""
    return _too_large(
        f"the repository has more than {most} files and folders", "SDLC_LENS_GIT_MAX_FILES"
    )


def _too_large(problem: str, setting: str) -> RepositoryTooLarge:
    return RepositoryTooLarge(f"{problem}. Move the workspace to a smaller one, or raise {setting}")

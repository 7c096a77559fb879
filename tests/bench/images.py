"""One built image: how it starts, rests and stops."""

import time
from statistics import median

from engine.container import Container, Containers

STARTS = 5


def life(image: str) -> dict[str, float]:
    """Medians: seconds to be ready on new and used volumes, megabytes at rest, seconds to stop."""
    rows = [_life(image) for _ in range(STARTS)]
    return {name: median(row[name] for row in rows) for name in rows[0]}


def _life(image: str) -> dict[str, float]:
    with Containers(image) as containers:
        option = containers.volume()
        first, new = _start(containers, option)
        first.stop()
        lens, used = _start(containers, option)
        kilobytes = int(lens.execute("grep", "VmRSS", "/proc/1/status").stdout.split()[1])
        return {
            "start on a new volume": new,
            "start on a used volume": used,
            "memory": kilobytes / 1000,
            "stop": lens.stop().seconds,
        }


def _start(containers: Containers, option: str) -> tuple[Container, float]:
    begin = time.perf_counter()
    return containers.serve(option), time.perf_counter() - begin

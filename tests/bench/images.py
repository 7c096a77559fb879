"""One built image: how large it is, what it pushes, how it starts, rests and stops."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine import docker
from engine.container import Container, Containers
from engine.layers import files
from engine.registry import Registry

STARTS = 5
NAME = "sdlc-lens-bench"


@dataclass(frozen=True)
class Pushed:
    """An image in a registry: its layers from the base upwards."""

    registry: Registry
    manifest: dict[str, Any]

    def blobs(self) -> dict[str, int]:
        """The packed sizes of all that is pushed, by digest."""
        found = (*self.manifest["layers"], self.manifest["config"])
        return {blob["digest"]: blob["size"] for blob in found}

    def unpacked(self, base_layers: int) -> list[float]:
        """Megabytes of files in each layer above the base."""
        layers = self.manifest["layers"][base_layers:]
        contents = [self.registry.layer(NAME, layer["digest"]) for layer in layers]
        return [sum(map(len, files(content).values())) / 1e6 for content in contents]

    def packed(self) -> float:
        """Megabytes that a first pull fetches."""
        return sum(self.blobs().values()) / 1e6


def push(registry: Registry, image: str, tag: str) -> Pushed:
    """Push an image that the engine has."""
    reference = f"{registry.address}/{NAME}:{tag}"
    docker("image", "tag", image, reference)
    try:
        docker("push", "--quiet", reference)
    finally:
        docker("image", "rm", reference)
    found = registry.manifest(NAME, tag)
    return Pushed(registry, found if "layers" in found else _this_platform(registry, found))


def _this_platform(registry: Registry, index: dict[str, Any]) -> dict[str, Any]:
    entries = [one for one in index["manifests"] if one["platform"]["os"] != "unknown"]
    return registry.manifest(NAME, entries[0]["digest"])


@contextmanager
def running(image: str) -> Iterator[Containers]:
    """Containers of an image, removed at the end."""
    containers = Containers(image)
    try:
        yield containers
    finally:
        containers.remove()


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def life(image: str) -> dict[str, float]:
    """Medians: seconds to be ready on new and used volumes, megabytes at rest, seconds to stop."""
    new, used, memory, stops = [], [], [], []
    for _ in range(STARTS):
        with running(image) as containers:
            option = f"--volume={containers.volume()}:/data/db"
            first, took = _start(containers, option)
            new.append(took)
            first.stop()
            lens, took = _start(containers, option)
            used.append(took)
            memory.append(int(lens.execute("grep", "VmRSS", "/proc/1/status").stdout.split()[1]))
            stops.append(lens.stop().seconds)
    return {
        "start on a new volume": statistics.median(new),
        "start on a used volume": statistics.median(used),
        "memory": statistics.median(memory) / 1000,
        "stop": statistics.median(stops),
    }


def _start(containers: Containers, option: str) -> tuple[Container, float]:
    begin = time.perf_counter()
    return containers.serve(option), time.perf_counter() - begin

"""Our image beside one of a plain two-stage Dockerfile with pip, both built here on one base.

"Cold" means that no layer of the build cache is used. Ours finds the wheels that an earlier build
fetched in its cache mount, as it does wherever it was built before; the plain one has none.
"""

import os
import sys
import tempfile
from pathlib import Path

import engine
from engine.layout import layers
from engine.registry import Registry, binary, serving

from bench.images import Pushed, life, push, seconds

IMAGE = "sdlc-lens-bench"
OURS, PLAIN = "ours", "plain"
TARGETS = {OURS: "runtime-local", PLAIN: "plain"}
IMAGES = {OURS: f"{IMAGE}:dev", PLAIN: f"{IMAGE}:plain"}
DEFINITION = ("docker-bake.hcl", "docker-bake.override.hcl", "tests/bench/plain.hcl")
NO_GATE = ("--set", "runtime.args.GATE=off", "--set", "runtime.output=type=cacheonly")
BOTH, ONE = "linux/amd64,linux/arm64", "linux/amd64"


def main() -> None:
    """Measure both, and print the table."""
    program = binary()
    if program is None:
        sys.exit("scripts/bench: docker-registry is not installed: run scripts/setup/testbed")
    with tempfile.TemporaryDirectory(prefix="sdlc-lens-bench-") as name:
        checkout = engine.checkout(Path(name) / "checkout")
        (Path(name) / "registry").mkdir()
        with serving(program, Path(name) / "registry") as registry:
            measured = {kind: measure(kind, checkout, registry) for kind in (OURS, PLAIN)}
            sized = sizes({kind: before for kind, (_, before) in measured.items()})
        found = {kind: figures | sized[kind] for kind, (figures, _) in measured.items()}
        found[OURS] |= gate(checkout)
    engine.docker("image", "rm", *IMAGES.values())
    show(found)


def build(checkout: Path, *arguments: str, **variables: str) -> float:
    """Seconds of a bake that has to succeed."""
    chosen = [f"--file={name}" for name in DEFINITION if (checkout / name).exists()]
    arguments = (*chosen, *arguments)
    return seconds(lambda: engine.baked(*arguments, folder=checkout, IMAGE=IMAGE, **variables))


def measure(kind: str, checkout: Path, registry: Registry) -> tuple[dict[str, float], Pushed]:
    """The figures of one of the two, by name, and the image as first pushed."""
    target, image = TARGETS[kind], IMAGES[kind]
    print(f"measuring {kind} ...", file=sys.stderr, flush=True)
    found = {"cold build": build(checkout, "--no-cache", target)}
    found["nothing changed"] = build(checkout, target)
    found |= life(image)
    before = push(registry, image, f"{kind}-before")
    change(checkout / "backend/src/sdlc_lens/clock.py", "# One line more.\n", kind)
    found["one source line"] = build(checkout, target)
    found["pushed for one line"] = pushed_anew(before, push(registry, image, f"{kind}-after"))
    change(checkout / "backend/requirements/runtime.txt", "# One dependency more.\n", kind)
    change(checkout / "backend/pyproject.toml", "# One dependency more.\n", kind)
    found["one dependency"] = build(checkout, target)
    if kind == OURS:
        found |= platforms(checkout) | packings(checkout)
    return found, before


def change(path: Path, line: str, kind: str) -> None:
    """Add a line to a file, another one for each kind."""
    with path.open("a") as file:
        file.write(line.replace("more", f"more, for {kind}, {os.getpid()}"))


def platforms(checkout: Path) -> dict[str, float]:
    """Both platforms, and one, cold; the plain image would need emulation for the other."""
    found = {
        f"{name}, cold": build(
            checkout,
            "--no-cache",
            *NO_GATE,
            "runtime",
            REGISTRY="registry.example",
            PLATFORMS=listed,
        )
        for name, listed in (("one platform", ONE), ("both platforms", BOTH))
    }
    one, both = found.values()
    return found | {"both to one": both / one}


def packings(checkout: Path) -> dict[str, float]:
    """Megabytes of the libraries' layer, of the platform where it is larger, by compression."""
    found = {}
    for compression in ("gzip", "zstd"):
        build(checkout, "--set", "oci.args.GATE=off", "oci", COMPRESSION=compression)
        platforms = layers(checkout / "dist" / "image.oci.tar").values()
        largest = max(libraries["size"] for *_, libraries, _app in platforms)
        found[f"libraries, {compression}"] = largest / 1e6
    return found


def gate(checkout: Path) -> dict[str, float]:
    """The time of the tests that a release waits for."""
    return {"gate": build(checkout, "--set", "test.no-cache-filter=test-run", "test")}


def sizes(pushed: dict[str, Pushed]) -> dict[str, dict[str, float]]:
    """Megabytes: what stands on the common base unpacked, its largest layer, all of it packed."""
    base = len(set.intersection(*(set(one.blobs()) for one in pushed.values())))
    found = {}
    for kind, one in pushed.items():
        unpacked = one.unpacked(base)
        found[kind] = {
            "layers on the base": sum(unpacked), "libraries": max(unpacked), "packed": one.packed()
        }  # fmt: skip
    return found


def pushed_anew(before: Pushed, after: Pushed) -> float:
    """Kilobytes of an image that the registry did not have."""
    known = before.blobs()
    return sum(size for digest, size in after.blobs().items() if digest not in known) / 1000


UNITS = {
    "cold build": "s", "nothing changed": "s", "one source line": "s", "one dependency": "s",
    "one platform, cold": "s", "both platforms, cold": "s", "both to one": "x", "gate": "s",
    "layers on the base": "MB", "libraries": "MB", "libraries, gzip": "MB", "libraries, zstd": "MB",
    "packed": "MB", "pushed for one line": "kB",
    "start on a new volume": "s", "start on a used volume": "s", "memory": "MB", "stop": "s",
}  # fmt: skip


def show(found: dict[str, dict[str, float]]) -> None:
    """Print the table, with the load of the machine."""
    print(f"load of this machine at the end: {os.getloadavg()[0]:.1f}")
    print(f"{'':<26}{'ours':>12}{'plain':>12}{'ratio':>9}")
    for name, unit in UNITS.items():
        ours, plain = (found[kind].get(name) for kind in (OURS, PLAIN))
        cells = [f"{value:.2f} {unit}" if value is not None else "-" for value in (ours, plain)]
        ratio = f"{ours / plain:.2f}" if ours is not None and plain else ""
        print(f"{name:<26}{cells[0]:>12}{cells[1]:>12}{ratio:>9}")
    print(
        "cold: no layer of the cache used; ours keeps fetched wheels in a cache mount, plain none"
    )
    print("both platforms: the plain one cannot be built for the other without emulation")
    print("start: from `docker run` to the first ready answer, median of 5; gate: the tests alone")


if __name__ == "__main__":
    main()

"""Our image beside one of a plain two-stage Dockerfile with pip, both built here on one base.

"Cold" means that no layer of the build cache is used. Ours finds the wheels that an earlier build
fetched in its cache mount, as it does wherever it was built before; the plain one has none.
"""

import functools
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import engine
from engine.container import Container, Containers
from engine.layers import files
from engine.registry import Registry, binary, serving
from support.workspaces import add_line

IMAGE = "sdlc-lens-bench"
OURS, PLAIN = "ours", "plain"
TARGETS = {OURS: "runtime-local", PLAIN: "plain"}
IMAGES = {OURS: f"{IMAGE}:dev", PLAIN: f"{IMAGE}:plain"}
DEFINITION = ("docker-bake.hcl", "docker-bake.override.hcl", "tests/bench/plain.hcl")
NO_GATE = "--set=runtime.contexts.test=docker-image://scratch"
PLATFORMS = os.environ.get("PLATFORMS", "linux/amd64,linux/arm64")
CHOSEN = {name: os.environ[name] for name in ("BUILD_BASE", "RUNTIME_BASE") if name in os.environ}
LAYOUT = "oci-layout://"

Figures = dict[str, float]


def main() -> None:
    if not (program := binary()):
        sys.exit("scripts/bench: docker-registry is not installed: run scripts/setup/testbed")
    with tempfile.TemporaryDirectory(prefix="sdlc-lens-bench-") as name:
        checkout = engine.checkout(Path(name) / "checkout")
        for layout in {base for base in CHOSEN.values() if base.startswith(LAYOUT)}:
            folder = layout.removeprefix(LAYOUT).partition("@")[0]
            shutil.copytree(engine.ROOT / folder, checkout / folder, dirs_exist_ok=True)
        with serving(program, Path(name)) as registry:
            found = {kind: measure(kind, checkout, registry) for kind in (OURS, PLAIN)}
            base = set.intersection(*(set(blobs(pushed(registry, kind))) for kind in TARGETS))
            for kind, figures in found.items():
                figures |= sizes(registry, pushed(registry, kind), base)
            found[OURS] |= platforms(checkout, registry) | gate(checkout)
    engine.docker("image", "rm", *IMAGES.values())
    show(found)


def bake(checkout: Path, *arguments: str, **variables: str) -> str:
    """What a bake that has to succeed printed."""
    chosen = [f"--file={name}" for name in DEFINITION if (checkout / name).exists()]
    variables = {"IMAGE": IMAGE, **CHOSEN, **variables}
    return engine.baked(*chosen, *arguments, folder=checkout, **variables)


def build(checkout: Path, *arguments: str, **variables: str) -> float:
    begin = time.perf_counter()
    bake(checkout, *arguments, **variables)
    return time.perf_counter() - begin


def measure(kind: str, checkout: Path, registry: Registry) -> Figures:
    """The figures of one of the two, by name; its image is pushed as it is first built."""
    target, image = TARGETS[kind], IMAGES[kind]
    print(f"measuring {kind} ...", file=sys.stderr, flush=True)
    found = {"cold build": build(checkout, "--no-cache", target)}
    found["nothing changed"] = build(checkout, target)
    lives = [life(image) for _ in range(5)]
    found |= {name: median(each[name] for each in lives) for name in lives[0]}
    known = blobs(push(registry, image, kind))
    add_line(checkout / "backend/src/sdlc_lens/clock.py")
    found["one source line"] = build(checkout, target)
    sent = blobs(push(registry, image, f"{kind}-after"))
    found["pushed for one line"] = sum(sent[digest] for digest in sent.keys() - known) / 1e3
    for name in ("requirements/runtime.txt", "pyproject.toml"):
        add_line(checkout / "backend" / name)
    found["one dependency"] = build(checkout, target)
    return found


def life(image: str) -> Figures:
    """Seconds to be ready on new and used volumes, megabytes at rest, seconds to stop."""
    with Containers(image) as containers:
        option = containers.volume()
        first, new = start(containers, option)
        first.stop()
        lens, used = start(containers, option)
        kilobytes = int(lens.execute("grep", "VmRSS", "/proc/1/status").stdout.split()[1])
        return {
            "start on a new volume": new, "start on a used volume": used,
            "memory": kilobytes / 1000, "stop": lens.stop().seconds,
        }  # fmt: skip


def start(containers: Containers, option: str) -> tuple[Container, float]:
    begin = time.perf_counter()
    return containers.serve(option), time.perf_counter() - begin


def push(registry: Registry, image: str, tag: str) -> dict[str, Any]:
    """Push an image that the engine has; the manifest of this machine's platform."""
    reference = f"{registry.address}/{IMAGE}:{tag}"
    engine.docker("image", "tag", image, reference)
    engine.docker("push", "--quiet", reference)
    engine.docker("image", "rm", reference)
    return pushed(registry, tag)


def pushed(registry: Registry, tag: str) -> dict[str, Any]:
    found = registry.manifest(IMAGE, tag)
    return found if "layers" in found else next(iter(registry.platforms(IMAGE, tag).values()))


def blobs(manifest: dict[str, Any]) -> dict[str, int]:
    """The packed sizes of all that an image consists of, by digest."""
    return {blob["digest"]: blob["size"] for blob in (*manifest["layers"], manifest["config"])}


def sizes(registry: Registry, manifest: dict[str, Any], base: set[str]) -> Figures:
    """What an image has on the base: its layers, and megabytes unpacked and packed."""
    own = [layer["digest"] for layer in manifest["layers"] if layer["digest"] not in base]
    unpacked = [sum(map(len, files(registry.layer(IMAGE, digest)).values())) for digest in own]
    packed = sum(blobs(manifest).values())
    return {
        "layers on the base": len(own), "packed, with the base": packed / 1e6,
        "unpacked": sum(unpacked) / 1e6, "of it libraries and bytecode": sum(unpacked[:2]) / 1e6,
    }  # fmt: skip


def platforms(checkout: Path, registry: Registry) -> Figures:
    """All platforms, cold, and megabytes of the largest libraries and bytecode, by compression.

    The plain image would need emulation for another platform.
    """
    build_all = functools.partial(build, checkout, NO_GATE, "runtime", PLATFORMS=PLATFORMS)
    found = {"all platforms, cold": build_all("--no-cache", "--set=runtime.output=type=cacheonly")}
    for kind in ("gzip", "zstd"):
        build_all("--push", REGISTRY=registry.address, VERSION=kind, COMPRESSION=kind)
        images = registry.platforms(IMAGE, kind).values()
        largest = max(sum(layer["size"] for layer in image["layers"][-3:-1]) for image in images)
        found[f"libraries and bytecode, {kind}"] = largest / 1e6
        engine.docker("image", "rm", f"{registry.address}/{IMAGE}:{kind}")
    return found


def gate(checkout: Path) -> Figures:
    """The time of pytest alone, which a release waits for, as the build states it."""
    printed = bake(checkout, "test")
    step = re.search(r"(?m)^(#\d+) \[test \d+/\d+\] RUN .*--network=none", printed)
    done = step and re.search(rf"(?m)^{step[1]} DONE ([\d.]+)s$", printed)
    assert done, printed
    return {"gate": float(done[1])}


UNITS = {
    "cold build": "s", "nothing changed": "s", "one source line": "s", "one dependency": "s",
    "all platforms, cold": "s", "gate": "s", "layers on the base": "", "unpacked": "MB",
    "of it libraries and bytecode": "MB", "libraries and bytecode, gzip": "MB",
    "libraries and bytecode, zstd": "MB", "packed, with the base": "MB",
    "pushed for one line": "kB", "start on a new volume": "s", "start on a used volume": "s",
    "memory": "MB", "stop": "s",
}  # fmt: skip


def show(found: dict[str, Figures]) -> None:
    """Print the table, with the load of the machine."""
    print(f"load of this machine at the end: {os.getloadavg()[0]:.1f}")
    print(f"{'':<30}{'ours':>12}{'plain':>12}{'ratio':>9}")
    for name, unit in UNITS.items():
        ours, plain = (found[kind].get(name) for kind in (OURS, PLAIN))
        cells = [f"{value:.2f} {unit}" if value is not None else "-" for value in (ours, plain)]
        ratio = f"{ours / plain:.2f}" if ours is not None and plain else ""
        print(f"{name:<30}{cells[0]:>12}{cells[1]:>12}{ratio:>9}")
    print("cold: no layer of the cache used; ours keeps fetched wheels in a cache mount")
    print("start: from `docker run` to the first ready answer, median of 5; gate: pytest alone")


if __name__ == "__main__":
    main()

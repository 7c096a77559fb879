"""A push for both platforms: libraries fit their platform, a changed line ships kilobytes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import engine
import pytest
from engine import baked
from engine.layers import MACHINES, files, library_names, shared_library
from engine.registry import Registry

NAME = "sdlc-lens-backend"
LIBRARIES_LIMIT = 48_000_000
PUSH_LIMIT = 1_000_000
MADE_FOR_ONE_PLATFORM = re.compile(r"\.so(\.|$)|\.dist-info/(WHEEL$|sboms/)|/_sysconfigdata_[^/]*$")


@dataclass(frozen=True)
class Pushed:
    """One platform of a pushed image, its layers unpacked from their packing."""

    manifest: dict[str, Any]
    base: list[bytes]
    libraries: bytes
    app: bytes


def push(registry: Registry, version: str, *options: str, folder: Path = engine.ROOT) -> None:
    arguments = ("runtime", "--push", *options)
    baked(*arguments, folder=folder, REGISTRY=registry.address, VERSION=version)


@pytest.fixture(scope="module")
def manifests(registry: Registry) -> dict[str, dict[str, Any]]:
    """The manifest of each platform of the image as the project stands."""
    push(registry, "first")
    return registry.platforms(NAME, "first")


@pytest.fixture(scope="module")
def platforms(
    registry: Registry, manifests: dict[str, dict[str, Any]]
) -> Iterator[dict[str, Pushed]]:
    """Both platforms of that image, with all of their layers."""
    unpacked = {}
    for platform, manifest in manifests.items():
        *base, libraries, app = [
            registry.layer(NAME, layer["digest"]) for layer in manifest["layers"]
        ]
        unpacked[platform] = Pushed(manifest, base, libraries, app)
    yield unpacked
    unpacked.clear()


def test_index_has_both_platforms(manifests: dict[str, dict[str, Any]]) -> None:
    assert set(manifests) == {"linux/amd64", "linux/arm64"}


@pytest.mark.parametrize("platform", MACHINES)
def test_every_library_is_of_its_platform_and_finds_what_it_needs(
    platforms: dict[str, Pushed], platform: str
) -> None:
    pushed = platforms[platform]
    available = set().union(*map(library_names, [*pushed.base, pushed.libraries]))
    ours = {path: content for path, content in files(pushed.libraries).items() if ".so" in path}
    assert ours
    for path, content in ours.items():
        library = shared_library(content)
        assert library.machine == MACHINES[platform], path
        assert set(library.needed) <= available, path


def test_app_holds_no_library(platforms: dict[str, Pushed]) -> None:
    for pushed in platforms.values():
        assert not [
            path for path, content in files(pushed.app).items() if content[:4] == b"\x7fELF"
        ]


def test_platforms_differ_in_nothing_but_libraries(platforms: dict[str, Pushed]) -> None:
    amd64, arm64 = (platforms[platform] for platform in MACHINES)
    assert differences(pure(amd64.libraries), pure(arm64.libraries)) == []
    assert differences(pure(amd64.app), pure(arm64.app)) == []


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The paths that only one has, or that the two have with unlike contents."""
    return sorted(path for path in one | other if one.get(path) != other.get(path))


def pure(layer: bytes) -> dict[str, bytes]:
    """The files that are the same on every platform."""
    return {
        path: content
        for path, content in files(layer).items()
        if not MADE_FOR_ONE_PLATFORM.search(path)
    }


def test_libraries_are_small(platforms: dict[str, Pushed], figures: dict[str, str]) -> None:
    for platform, pushed in platforms.items():
        size = sum(map(len, files(pushed.libraries).values()))
        app = sum(map(len, files(pushed.app).values()))
        packed = sum(layer["size"] for layer in pushed.manifest["layers"])
        figures[f"{platform}, our layers unpacked"] = (
            f"libraries {size / 1e6:.1f} MB, app {app / 1e6:.2f} MB;"
            f" whole image packed {packed / 1e6:.1f} MB"
        )
        assert size <= LIBRARIES_LIMIT


def blobs(manifest: dict[str, Any]) -> dict[str, int]:
    """The sizes of all that a manifest refers to, by digest."""
    return {blob["digest"]: blob["size"] for blob in (*manifest["layers"], manifest["config"])}


def test_changed_line_of_source_pushes_little(
    registry: Registry,
    manifests: dict[str, dict[str, Any]],
    checkout: Path,
    figures: dict[str, str],
) -> None:
    with (checkout / "backend/src/sdlc_lens/clock.py").open("a") as source:
        source.write("# One line more.\n")
    # The gate leaves no trace in the image; without it the tests do not run for a comment.
    push(registry, "second", "--set", "runtime.args.GATE=off", folder=checkout)
    changed = registry.platforms(NAME, "second")
    known = {digest for manifest in manifests.values() for digest in blobs(manifest)}
    sent = {
        digest: size
        for manifest in changed.values()
        for digest, size in blobs(manifest).items()
        if digest not in known
    }
    figures["pushed for one changed line, both platforms"] = f"{sum(sent.values()):,} bytes"
    assert 0 < sum(sent.values()) < PUSH_LIMIT
    for platform, manifest in changed.items():
        *unchanged, app = [layer["digest"] for layer in manifest["layers"]]
        *before, app_before = [layer["digest"] for layer in manifests[platform]["layers"]]
        assert unchanged == before
        assert app != app_before

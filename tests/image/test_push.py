"""A push for both platforms: libraries fit their platform, a changed line ships kilobytes."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from engine import ROOT, baked
from engine.layers import MACHINES, files, library_names, shared_library
from engine.registry import Registry
from engine.release import NAME

UNPACKED_LIMIT, PACKED_LIMIT = 46_000_000, 15_500_000  # libraries and bytecode
MADE_FOR_ONE_PLATFORM = re.compile(r"\.so(\.|$)|\.dist-info/(WHEEL$|sboms/)|/_sysconfigdata_[^/]*$")


@dataclass(frozen=True)
class Pushed:
    """One platform of an image: its layers, and the files of libraries, bytecode and app."""

    layers: list[dict[str, Any]]
    available: set[str]
    parts: list[dict[str, bytes]]

    def files(self) -> dict[str, bytes]:
        return self.parts[0] | self.parts[1] | self.parts[2]


Manifests = dict[str, dict[str, Any]]


def push(registry: Registry, version: str, folder: Path = ROOT) -> Manifests:
    """Push the image as the project stands; the manifest of each platform."""
    arguments = ("runtime", "--push", "--set=runtime.contexts.test=docker-image://scratch")
    baked(*arguments, folder=folder, REGISTRY=registry.address, VERSION=version)
    return registry.platforms(NAME, version)


@pytest.fixture(scope="module")
def manifests(registry: Registry) -> Manifests:
    return push(registry, "first")


@pytest.fixture(scope="module")
def platforms(registry: Registry, manifests: Manifests) -> dict[str, Pushed]:
    found = {}
    for platform, manifest in manifests.items():
        layers = manifest["layers"]
        unpacked = [registry.layer(NAME, layer["digest"]) for layer in layers]
        available = set().union(*map(library_names, unpacked))
        found[platform] = Pushed(layers, available, [files(layer) for layer in unpacked[-3:]])
    return found


@pytest.mark.parametrize("platform", MACHINES)
def test_every_library_is_of_its_platform_and_finds_what_it_needs(
    platforms: dict[str, Pushed], platform: str
) -> None:
    pushed = platforms[platform]
    binaries = {path: it for path, it in pushed.files().items() if it[:4] == b"\x7fELF"}
    assert len(binaries) > 10
    assert binaries.keys() <= pushed.parts[0].keys()
    for path, content in binaries.items():
        machine, needed = shared_library(content)
        assert machine == MACHINES[platform], path
        assert needed <= pushed.available, path


def test_platforms_differ_in_nothing_but_libraries(platforms: dict[str, Pushed]) -> None:
    one, other = (platforms[platform].files() for platform in MACHINES)
    differing = {path for path in one | other if one.get(path) != other.get(path)}
    assert [path for path in differing if not MADE_FOR_ONE_PLATFORM.search(path)] == []


@pytest.mark.parametrize("platform", MACHINES)
def test_libraries_and_bytecode_are_small(platforms: dict[str, Pushed], platform: str) -> None:
    libraries, bytecode, _ = (sum(map(len, it.values())) for it in platforms[platform].parts)
    assert libraries + bytecode <= UNPACKED_LIMIT
    assert sum(layer["size"] for layer in platforms[platform].layers[-3:-1]) <= PACKED_LIMIT


def test_changed_source_and_project_file_push_the_app_alone(
    registry: Registry, manifests: Manifests, checkout: Path
) -> None:
    with (checkout / "backend/src/sdlc_lens/clock.py").open("a") as source:
        source.write("# One line more.\n")
    project = checkout / "backend/pyproject.toml"
    project.write_text(project.read_text().replace('description = "', 'description = "Now it ', 1))
    changed = push(registry, "second", checkout)
    assert changed.keys() == manifests.keys() == MACHINES.keys()
    sent: dict[str, int] = {}
    for platform, manifest in changed.items():
        before, after = manifests[platform]["layers"], manifest["layers"]
        assert after[:-1] == before[:-1]
        assert after[-1] != before[-1]
        sent |= {blob["digest"]: blob["size"] for blob in (after[-1], manifest["config"])}
    assert sum(sent.values()) < 1_000_000

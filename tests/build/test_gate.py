"""The gate: no image to push, and none from a plain build, unless the tests passed."""

import json
import time
from pathlib import Path

import pytest
from engine import Completed, bake, baked, definition, run
from engine.registry import Registry
from engine.suite import FAILING, PASSING, replace_tests

NAME = "sdlc-lens-backend"


def plain_build(folder: Path) -> Completed:
    """`docker build .`, given only what a stand-in base and a private CA make necessary."""
    target = definition(folder=folder)["target"]["runtime-local"]
    options = [
        f"--build-context={name}={base}" for name, base in target.get("contexts", {}).items()
    ]
    options += [
        f"--build-arg={name}={target['args'][name]}" for name in ("BASE",) if name in target["args"]
    ]
    options += [
        f"--secret=id={secret['id']},src={secret['src']}" for secret in target.get("secret", [])
    ]
    return run("docker", "buildx", "build", "--output=type=cacheonly", *options, ".", folder=folder)


@pytest.mark.parametrize("platforms", ["linux/amd64", "linux/arm64", "linux/amd64,linux/arm64"])
def test_nothing_reaches_the_registry_when_a_test_fails(
    checkout: Path, registry: Registry, platforms: str
) -> None:
    replace_tests(checkout, FAILING)
    version = f"failing-{time.time_ns()}"
    done = bake(
        "runtime", "--push",
        folder=checkout, REGISTRY=registry.address, VERSION=version, PLATFORMS=platforms,
    )  # fmt: skip
    assert done.returncode != 0
    assert "test_small.py::test_small" in done.stderr
    assert version not in registry.tags(NAME)


def test_a_push_passes_when_the_tests_pass(checkout: Path, registry: Registry) -> None:
    replace_tests(checkout, PASSING)
    version = f"passing-{time.time_ns()}"
    baked("runtime", "--push", folder=checkout, REGISTRY=registry.address, VERSION=version)
    assert set(registry.platforms(NAME, version)) == {"linux/amd64", "linux/arm64"}


def test_a_plain_build_is_gated_too(checkout: Path) -> None:
    replace_tests(checkout, FAILING)
    done = plain_build(checkout)
    assert done.returncode != 0
    assert "test_small.py::test_small" in done.stderr
    replace_tests(checkout, PASSING)
    done = plain_build(checkout)
    assert done.returncode == 0, done.stderr


def test_the_image_for_this_machine_does_not_wait_for_the_tests(checkout: Path) -> None:
    replace_tests(checkout, FAILING)
    output = baked("runtime-local", "--set", "*.output=type=cacheonly", folder=checkout)
    assert "pytest" not in output


def test_the_gate_leaves_no_trace_in_the_image(checkout: Path) -> None:
    replace_tests(checkout, PASSING)
    images = []
    for gate in ("on", "off"):
        name = f"sdlc-lens-test-gate-{gate}"
        baked(
            "runtime-local", "--set", f"*.args.GATE={gate}", "--set", f"*.tags={name}",
            folder=checkout,
        )  # fmt: skip
        (image,) = json.loads(run("docker", "image", "inspect", name).stdout)
        run("docker", "image", "rm", name)
        images.append((image["RootFS"], image["Config"]))
    assert images[0] == images[1]

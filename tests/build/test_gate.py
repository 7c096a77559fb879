"""The gate: no image to push, and none from a plain build, unless the tests passed."""

import json
import time
from pathlib import Path

import pytest
from engine import Completed, bake, baked, definition, docker, run
from engine.registry import Registry
from engine.suite import FAILING, replace_tests

NAME = "sdlc-lens-backend"
SHIPPED = """\
import struct
from pathlib import Path

import greenlet._greenlet
import sdlc_lens
import sqlalchemy


def test_small() -> None:
    assert Path(sdlc_lens.__file__) == Path("/app/sdlc_lens/__init__.py")
    assert Path(sqlalchemy.__file__) == Path("/app/libraries/sqlalchemy/__init__.py")
    (sections,) = struct.unpack_from("<H", Path(greenlet._greenlet.__file__).read_bytes(), 60)
    assert sections == 0
    assert not list(Path("/app/libraries").rglob("*.pyi"))
"""


def plain_build(folder: Path, *arguments: str) -> Completed:
    """`docker build .`, given only what a stand-in base and a private CA make necessary."""
    target = definition(folder=folder)["target"]["runtime-local"]
    contexts = {name: base for name, base in target["contexts"].items() if name != "test"}
    options = [
        *(f"--build-context={name}={base}" for name, base in contexts.items()),
        *(f"--build-arg=BASE={base}" for name, base in target["args"].items() if name == "BASE"),
        *(f"--secret=id={secret['id']},src={secret['src']}" for secret in target.get("secret", [])),
        *arguments,
    ]
    return run("docker", "buildx", "build", *options, ".", folder=folder)


@pytest.mark.parametrize("platforms", ["linux/amd64", "linux/arm64", "linux/amd64,linux/arm64"])
def test_nothing_is_pushed_when_a_test_fails(
    checkout: Path, registry: Registry, platforms: str
) -> None:
    replace_tests(checkout, FAILING)
    version = f"failing-{time.time_ns()}"
    variables = {"REGISTRY": registry.address, "VERSION": version, "PLATFORMS": platforms}
    done = bake("runtime", "--push", folder=checkout, **variables)
    assert done.returncode != 0
    assert "test_small.py::test_small" in done.stderr
    assert version not in registry.tags(NAME)


def test_a_push_runs_the_tests_once_on_what_it_ships_and_stages_leave_no_image(
    checkout: Path, registry: Registry
) -> None:
    replace_tests(checkout, f"# {time.time_ns()}\n{SHIPPED}")
    variables = {"REGISTRY": registry.address, "VERSION": f"passing-{time.time_ns()}"}
    output = baked("runtime", "--push", folder=checkout, **variables)
    assert output.count("test session starts") == 1
    assert len(registry.platforms(NAME, variables["VERSION"])) == 2
    label = f"sdlc-lens-test={variables['VERSION']}"
    baked("deps", "test", "builder", f"--set=*.labels.{label}", folder=checkout)
    assert docker("image", "ls", "--quiet", f"--filter=label={label}") == ""


def test_a_plain_build_has_the_gate_and_the_local_image_has_not(checkout: Path) -> None:
    replace_tests(checkout, FAILING)
    tags = ("sdlc-lens-test-gate:local", "sdlc-lens-test-gate:plain")
    assert "pytest" not in baked("runtime-local", f"--set=*.tags={tags[0]}", folder=checkout)
    failed = plain_build(checkout)
    assert failed.returncode != 0
    assert "test_small.py::test_small" in failed.stderr
    replace_tests(checkout, SHIPPED)
    passed = plain_build(checkout, "--load", f"--tag={tags[1]}")
    assert passed.returncode == 0, passed.stderr
    local, plain = json.loads(docker("image", "inspect", *tags))
    docker("image", "rm", *tags)
    assert (local["RootFS"], local["Config"]) == (plain["RootFS"], plain["Config"])

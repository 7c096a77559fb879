"""The gate: no image without passed tests; and how `bake test` and `bake test-report` run them."""

import json
import re
import uuid
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from engine import Completed, bake, baked, definition, docker, failure, run
from engine.registry import Registry
from engine.suite import FAILING, replace_tests

NAME = "sdlc-lens-backend"
FAILED = "test_small.py::test_small"
SHIPPED = """\
import struct
from pathlib import Path
import greenlet._greenlet, sdlc_lens, sqlalchemy

def test_small() -> None:
    assert Path(sdlc_lens.__file__) == Path("/app/sdlc_lens/__init__.py")
    assert Path(sqlalchemy.__file__).samefile("/app/libraries/sqlalchemy/__init__.py")
    (sections,) = struct.unpack_from("<H", Path(greenlet._greenlet.__file__).read_bytes(), 60)
    assert sections == 0
    assert not list(Path("/app/libraries").rglob("*.pyi"))
"""
# BuildKit hands a build's commands the proxy arguments, and leaves them out of the cache's keys.
PASS = "--set=*.args.NO_PROXY=pass"
SUITE = """\
import os
from pathlib import Path
import sdlc_lens

def test_small() -> None:
    assert os.environ.get("NO_PROXY") == "pass", "the cause"

def test_no_other_run_left_a_trace() -> None:
    for folder in ("/repository", "/tmp", "/root", "/var/tmp"):
        assert not (mark := Path(folder, "mark")).exists()
        mark.touch()
"""


def plain_build(folder: Path, *arguments: str) -> Completed:
    """`docker build .`, given only what a stand-in base and a private CA make necessary."""
    target = definition(folder=folder)["target"]["runtime-local"]
    contexts = {name: base for name, base in target["contexts"].items() if name != "test"}
    options = [
        *(f"--build-context={name}={base}" for name, base in contexts.items()),
        *(f"--build-arg=BASE={base}" for name, base in target["args"].items() if name == "BASE"),
        *(f"--secret=id={secret['id']},src={secret['src']}" for secret in target.get("secret", [])),
    ]
    return run("docker", "buildx", "build", *options, *arguments, ".", folder=folder)


@pytest.mark.parametrize("platforms", ["linux/amd64", "linux/arm64", "linux/amd64,linux/arm64"])
def test_no_push_when_a_test_fails(checkout: Path, registry: Registry, platforms: str) -> None:
    replace_tests(checkout, FAILING)
    variables = {"REGISTRY": registry.address, "VERSION": uuid.uuid4().hex, "PLATFORMS": platforms}
    assert FAILED in failure(bake("runtime", "--push", folder=checkout, **variables))
    assert variables["VERSION"] not in registry.tags(NAME)


def test_a_push_runs_the_tests_once_on_what_it_ships_and_stages_leave_no_image(
    checkout: Path, registry: Registry
) -> None:
    version = uuid.uuid4().hex
    replace_tests(checkout, f"# {version}\n{SHIPPED}")
    output = baked("runtime", "--push", folder=checkout, REGISTRY=registry.address, VERSION=version)
    assert output.count("test session starts") == 1
    assert len(registry.platforms(NAME, version)) == 2
    label = f"sdlc-lens-test={version}"
    baked("deps", "test", "builder", f"--set=*.labels.{label}", folder=checkout)
    assert docker("image", "ls", "--quiet", f"--filter=label={label}") == ""


def test_a_plain_build_has_the_gate_and_the_local_image_has_not(checkout: Path) -> None:
    replace_tests(checkout, FAILING)
    tags = ("sdlc-lens-test-gate:local", "sdlc-lens-test-gate:plain")
    assert "pytest" not in baked("runtime-local", f"--set=*.tags={tags[0]}", folder=checkout)
    assert FAILED in failure(plain_build(checkout))
    replace_tests(checkout, SHIPPED)
    passed = plain_build(checkout, "--load", f"--tag={tags[1]}")
    assert passed.returncode == 0, passed.stderr
    local, plain = json.loads(docker("image", "inspect", *tags))
    docker("image", "rm", *tags)
    assert (local["RootFS"], local["Config"]) == (plain["RootFS"], plain["Config"])


def reported(checkout: Path, *options: str) -> tuple[str | None, str | None]:
    """How many tests the report lists, and how many of them failed."""
    folder = checkout / "elsewhere/report"
    baked("test-report", *options, folder=checkout, DESTDIR="elsewhere/report")
    assert "coverage: platform linux" in (folder / "pytest.log").read_text()
    assert (folder / "coverage.xml").stat().st_size > 0
    suite = ElementTree.parse(folder / "junit.xml").getroot()[0]
    return suite.get("tests"), suite.get("failures")


def test_a_passed_run_is_reused_a_failed_one_or_a_report_never(checkout: Path) -> None:
    replace_tests(checkout, f"# {uuid.uuid4()}\n{SUITE}")
    assert reported(checkout) == ("2", "1")
    for _ in range(2):
        failed = failure(bake("test", folder=checkout))
        assert f"{FAILED} - AssertionError: the cause" in failed
    passed = baked("test", PASS, folder=checkout)
    assert "2 passed" in passed
    assert re.search(r"\d workers?", passed), "the tests do not run in parallel"
    assert "coverage" not in passed
    assert " passed" not in baked("test", folder=checkout)
    assert reported(checkout) == ("2", "1")
    assert reported(checkout, PASS) == ("2", "0")


def test_no_test_at_all_is_a_failure(checkout: Path) -> None:
    replace_tests(checkout, "")
    assert "no tests ran" in failure(bake("test", folder=checkout))

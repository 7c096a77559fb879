"""`bake test-matrix` tests on every Python whose base can be had, and says which it did not."""

import time
from pathlib import Path

import pytest
from engine import ROOT, baked, definition, on_standin
from engine.suite import PASSING, replace_tests

VERSIONS = ["3.12", "3.13", "3.14"]


def stages(folder: Path, **variables: str) -> dict[str, str]:
    """The stage that is built for every Python."""
    targets = definition("test-matrix", folder=folder, **variables)["target"].values()
    return {target["args"]["REQUESTED_PYTHON"]: target["target"] for target in targets}


def test_every_python_has_its_own_pinned_base(checkout: Path) -> None:
    (checkout / "docker-bake.override.hcl").unlink(missing_ok=True)
    assert stages(checkout) == dict.fromkeys(VERSIONS, "test")
    targets = definition("test-matrix", folder=checkout)["target"]
    bases = {name: target["args"].get("BASE", "") for name, target in targets.items()}
    assert bases["test-3-12"] == ""
    assert bases["test-3-13"].startswith("python:3.13-slim@sha256:")
    assert bases["test-3-14"].startswith("python:3.14-slim@sha256:")


@pytest.mark.parametrize(
    ("base", "tested"),
    [
        ("docker-image://mirror.example/python:3.12-slim", ["3.12"]),
        ("docker-image://10.3.14.1/hardened-python3.13", ["3.13"]),
        ("oci-layout://bases/python", VERSIONS),
    ],
)
def test_another_base_has_the_python_of_its_name(base: str, tested: list[str]) -> None:
    found = stages(ROOT, BUILD_BASE=base, RUNTIME_BASE=base)
    assert [version for version, stage in found.items() if stage == "test"] == tested


def test_what_cannot_be_tested_is_said_each_time(checkout: Path) -> None:
    if not on_standin():
        pytest.skip("NOT TESTED: on Docker Hub's bases every version is there")
    replace_tests(checkout, f"# {time.time_ns()}\n{PASSING}")
    first = baked("test-matrix", folder=checkout)
    assert "1 passed" in first
    for said in (first, baked("test-matrix", folder=checkout)):
        assert "NOT TESTED on Python 3.12" in said
        assert "NOT TESTED on Python 3.14" in said
        assert "NOT TESTED on Python 3.13" not in said

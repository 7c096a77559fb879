"""Bases by name: both can be replaced, and they have to have the same Python."""

import shutil
from pathlib import Path

import pytest
from engine import bake, baked, definition, succeed


def test_bases_of_ones_own_are_built_on_and_named(checkout: Path) -> None:
    if not (checkout / ".build" / "base").is_dir():
        pytest.skip("NOT TESTED: only the stand-in is at hand as a layout, and it is not made here")
    shutil.copytree(checkout / ".build" / "base", checkout / "mirror")
    mirror = "oci-layout://mirror"
    told = baked(
        "runtime-local", "--set", "*.output=type=cacheonly",
        folder=checkout, BUILD_BASE=mirror, RUNTIME_BASE=mirror, ALLOW_STANDIN="",
    )  # fmt: skip
    assert "ERROR" not in told
    printed = definition(
        "runtime", folder=checkout, REGISTRY="ghcr.io/team", BUILD_BASE=mirror, RUNTIME_BASE=mirror
    )["target"]["runtime"]
    assert printed["labels"]["org.opencontainers.image.base.name"] == "mirror"
    assert "index:org.opencontainers.image.base.name=mirror" in printed["annotations"]


def test_a_runtime_base_without_the_same_python_is_refused(checkout: Path) -> None:
    succeed(
        "docker", "buildx", "build", "--file=-", "--provenance=false",
        "--output=type=oci,dest=other,tar=false", ".",
        folder=checkout, stdin="FROM scratch\nCOPY README.md /\n",
    )  # fmt: skip
    done = bake("deps", folder=checkout, RUNTIME_BASE="oci-layout://other")
    assert done.returncode != 0
    assert "give BUILD_BASE and RUNTIME_BASE the same Python" in done.stderr

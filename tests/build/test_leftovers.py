"""Stages that are no image leave none in the engine."""

from pathlib import Path

from engine import baked, docker
from engine.suite import PASSING, replace_tests


def images() -> set[str]:
    """Every image without a name that the engine knows."""
    listed = docker("image", "ls", "--filter=dangling=true", "--quiet", "--no-trunc")
    return set(listed.split())


def test_stages_leave_no_image(checkout: Path) -> None:
    replace_tests(checkout, PASSING)
    before = images()
    baked("deps", "test", "builder", folder=checkout)
    baked("test-report", folder=checkout)
    assert images() - before == set()

"""Stages that are no image leave none in the engine."""

from pathlib import Path

from engine import baked, docker
from engine.suite import PASSING, replace_tests


def images() -> set[str]:
    """Every image the engine knows, those without a name too."""
    return set(docker("image", "ls", "--all", "--quiet", "--no-trunc").split())


def test_stages_leave_no_image(checkout: Path) -> None:
    replace_tests(checkout, PASSING)
    before = images()
    baked("deps", "test", "builder", folder=checkout)
    baked("test-report", folder=checkout)
    assert images() - before == set()

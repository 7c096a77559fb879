"""Fixtures of the tests of the build."""

from collections.abc import Iterator

import pytest
from engine import check, docker
from engine.fixtures import checkout, registry

__all__ = ["checkout", "registry"]

UNUSUAL = "sdlc-lens-test-base"


@pytest.fixture(scope="session")
def unusual_base() -> Iterator[dict[str, str]]:
    """Variables that choose a base with a default user, lib64, and no python but python3."""
    done = check("base-unusual")
    assert done.returncode == 0, done.stderr
    yield dict.fromkeys(["BUILD_BASE", "RUNTIME_BASE"], f"docker-image://{UNUSUAL}")
    listed = docker("image", "ls", "--quiet", "--filter", f"reference={UNUSUAL}*")
    docker("image", "rm", "--force", *set(listed.split()))

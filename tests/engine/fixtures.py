"""Fixtures that the folders of engine tests import."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.registry import Registry, binary, serving


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project that a test may change."""
    return engine.checkout(tmp_path / "checkout")


@pytest.fixture(scope="session")
def version() -> str:
    return f"test-{os.getpid()}"


@pytest.fixture(scope="session")
def image(version: str) -> Iterator[str]:
    """The image for this machine, built from the project as it stands."""
    engine.baked("runtime-local", VERSION=version, SOURCE_VERSION="1.2.3+test")
    yield (tag := f"sdlc-lens-backend:{version}")
    engine.run("docker", "image", "rm", tag)


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry on this machine; what was pushed to it leaves no name in the engine."""
    if not (program := binary()):
        pytest.skip("NOT TESTED: no docker-registry on PATH and SDLC_LENS_TEST_REGISTRY not set")
    with serving(program, tmp_path_factory.mktemp("registry")) as served:
        yield served
    listing = ("--format={{.Repository}}:{{.Tag}}", f"--filter=reference={served.address}/*")
    if names := engine.docker("image", "ls", *listing).split():
        engine.docker("image", "rm", *names)


@pytest.fixture
def emulator() -> Iterator[None]:
    """Lets one test at a time run arm64 programs, or switch off what runs them."""
    with (Path(tempfile.gettempdir()) / "sdlc-lens-emulator.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

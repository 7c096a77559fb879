"""The image under test, and containers of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engine
import pytest
from engine.container import Container, Containers
from engine.fixtures import checkout, emulator, image, registry, version
from engine.lens import write_workspace

__all__ = ["checkout", "emulator", "image", "registry", "version"]


@pytest.fixture(scope="session")
def configuration(image: str) -> Any:
    """What the image says about itself."""
    return json.loads(engine.docker("inspect", image))[0]["Config"]


@pytest.fixture
def containers(image: str) -> Iterator[Containers]:
    with Containers(image) as started:
        yield started


@pytest.fixture(scope="session")
def lens(image: str) -> Iterator[Container]:
    """A running service with nothing set, for tests that only look at it."""
    with Containers(image) as started:
        yield started.serve()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "workspace")

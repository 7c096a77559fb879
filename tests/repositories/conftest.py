"""The image beside git's own server."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from engine.container import Container, Containers
from engine.fixtures import image, version
from support.git_server import GitServer, gits_own, serving

from repositories.served import HOST, Served

__all__ = ["image", "version"]

NUMBERS = count()


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("git")


@pytest.fixture(scope="session")
def server(root: Path) -> Iterator[GitServer]:
    with serving(gits_own(root), host="0.0.0.0") as server:
        yield server


@contextmanager
def reading(image: str, server: GitServer, *options: str) -> Iterator[Container]:
    """A service that may read the server's repositories."""
    hosts = f"--env=SDLC_LENS_GIT_HOSTS=http://{HOST}:{server.port}"
    with Containers(image) as containers:
        yield containers.serve(f"--add-host={HOST}:host-gateway", hosts, *options)


@pytest.fixture(scope="session")
def reader(image: str, server: GitServer) -> Iterator[Container]:
    """One whose requests are those of its syncs alone."""
    with reading(image, server, "--env=SDLC_LENS_GIT_HISTORY_COMMITS=0") as reader:
        yield reader


@pytest.fixture
def served(reader: Container, server: GitServer, root: Path) -> Served:
    return Served(reader, server, root, f"r{next(NUMBERS)}")


@pytest.fixture
def served_with_history(image: str, server: GitServer, root: Path) -> Iterator[Served]:
    with reading(image, server) as lens:
        yield Served(lens, server, root, "history")

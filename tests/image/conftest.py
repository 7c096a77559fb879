"""The image under test, and containers of it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import engine
import pytest
from engine import baked
from engine.container import Container, Containers
from engine.fixtures import checkout, registry
from engine.lens import write_workspace

__all__ = ["checkout", "registry"]

VERSION = f"test-{os.getpid()}"
FIGURES = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = {}


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if figures := config.stash[FIGURES]:
        terminalreporter.section("figures")
        for name, value in figures.items():
            terminalreporter.line(f"{name}: {value}")


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> dict[str, str]:
    """What was measured, by name; printed at the end."""
    return pytestconfig.stash[FIGURES]


@pytest.fixture(scope="session")
def version() -> str:
    """The version that the image under test is built as."""
    return VERSION


@pytest.fixture(scope="session")
def image(version: str) -> Iterator[str]:
    """The image for this machine, built from the project as it stands."""
    baked("runtime-local", VERSION=version)
    tag = f"sdlc-lens-backend:{version}"
    yield tag
    engine.run("docker", "image", "rm", tag)


@pytest.fixture
def containers(image: str) -> Iterator[Containers]:
    """Containers of the image, for one test."""
    started = Containers(image)
    yield started
    started.remove()


@pytest.fixture(scope="module")
def lens(image: str) -> Iterator[Container]:
    """A running service with nothing set, for tests that only look at it."""
    started = Containers(image)
    yield started.serve()
    started.remove()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one epic and one story."""
    return write_workspace(tmp_path / "workspace")


@pytest.fixture
def add_migration(tmp_path: Path, containers: Containers) -> Callable[..., str]:
    """Makes the option that adds one more migration, which does what the lines say."""
    newest = containers.run(
        command=("python", "-c", "from sdlc_lens.db.migration import NEWEST; print(NEWEST)")
    ).stdout.strip()

    def add(*lines: str) -> str:
        head = ("import time", "from alembic import op", "revision = 'more'")
        body = (f"down_revision = {newest!r}", "def upgrade():", *(f"    {line}" for line in lines))
        (tmp_path / "more.py").write_text("\n".join((*head, *body)))
        return f"--volume={tmp_path / 'more.py'}:/app/sdlc_lens/alembic/versions/more.py:ro"

    return add


@pytest.fixture
def slow_migration(add_migration: Callable[..., str]) -> str:
    """The option for a migration that says ``halfway`` and then takes a minute."""
    return add_migration(
        "op.execute('CREATE TABLE half_done (id INTEGER)')",
        "print('halfway', flush=True)",
        "time.sleep(60)",
    )

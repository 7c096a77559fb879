"""The image under test, and containers of it."""

import os
from collections.abc import Iterator
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
def slow_migration(tmp_path: Path, containers: Containers) -> tuple[str, str]:
    """Options that add one more migration, which says ``halfway`` and then takes a minute."""
    newest = containers.run(
        command=("python", "-c", "from sdlc_lens.db.migration import NEWEST; print(NEWEST)")
    ).stdout.strip()
    migration = tmp_path / "slow.py"
    migration.write_text(
        "import time\n\nfrom alembic import op\n\n"
        f"revision = 'slow'\ndown_revision = {newest!r}\n\n\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half_done (id INTEGER)')\n"
        "    print('halfway', flush=True)\n"
        "    time.sleep(60)\n"
    )
    return "--volume", f"{migration}:/app/sdlc_lens/alembic/versions/slow.py:ro"

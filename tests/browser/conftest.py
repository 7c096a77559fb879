"""The image in a network with Chromium; the service has a name there that is not localhost."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from engine import ROOT, docker, run
from engine.container import PREFIX, Container, Containers
from engine.fixtures import image, version
from engine.lens import register, synced
from selenium import webdriver

from browser.chromium import Chromium, browser_options

__all__ = ["image", "version"]

BROWSER = "sdlc-lens-browser:local"
DRIVER_PORT = 9515
HOST = "lens.test"


@pytest.fixture(scope="session")
def network() -> Iterator[str]:
    name = f"{PREFIX}{uuid4().hex[:12]}"
    docker("network", "create", name)
    yield name
    docker("network", "rm", name)


@pytest.fixture(scope="session")
def driver(network: str) -> Iterator[str]:
    """The address of Chromium's WebDriver."""
    if run("docker", "image", "inspect", BROWSER).returncode:
        pytest.skip(f"NOT TESTED: no image {BROWSER}: scripts/setup/browser makes it")
    with Containers(BROWSER) as containers:
        options = (f"--network={network}", "--tmpfs=/tmp:mode=1777")
        host, port = containers.start(*options, port=DRIVER_PORT).address
        yield f"http://{host}:{port}"


@pytest.fixture(scope="session")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the service finds workspaces in; it holds the sample."""
    folder = tmp_path_factory.mktemp("workspaces")
    shutil.copytree(ROOT / "tests/sample", folder / "sample")
    for path in (folder.parent, folder):
        path.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def lens(image: str, network: str, workspaces: Path) -> Iterator[Container]:
    """A service with the sample."""
    with Containers(image) as containers:
        options = (f"--network={network}", f"--network-alias={HOST}")
        mounted = f"--volume={workspaces}:/data/projects:ro"
        lens = containers.serve(*options, mounted, f"--env=SDLC_LENS_ALLOWED_HOSTS={HOST}")
        slug = register(lens, "Tidewatch", "/data/projects/sample/sdlc-studio")
        assert synced(lens, slug)["sync_status"] == "synced"
        yield lens


@pytest.fixture(scope="module")
def opened(driver: str, lens: Container) -> Iterator[Chromium]:
    with webdriver.Remote(driver, options=browser_options()) as remote:
        yield Chromium(remote, f"http://{HOST}:{lens.port}")


@pytest.fixture
def chromium(opened: Chromium) -> Iterator[Chromium]:
    """A browser that must have nothing to complain about."""
    yield opened.theme("light").width(1280).scripts(True)
    assert opened.faults() == []

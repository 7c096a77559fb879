"""The image in a network with Chromium; the service has a name there that is not localhost."""

import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from engine import ROOT, docker, run
from engine.container import PREFIX, Container, Containers
from engine.fixtures import image, version
from engine.lens import HARBOUR, ask, register, synced
from selenium import webdriver
from support.git_objects import Content, Repository
from support.git_server import made_up, serving

from browser.chromium import Chromium, browser_options

__all__ = ["image", "version"]

BROWSER = "sdlc-lens-browser:local"
DRIVER_PORT = 9515
STORIES = 12
HOST, EMPTY_HOST = "lens.test", "empty.test"


@pytest.fixture(scope="session")
def network() -> Iterator[str]:
    name = f"{PREFIX}{uuid4().hex[:12]}"
    docker("network", "create", name)
    yield name
    docker("network", "rm", name)


def require_image(name: str) -> None:
    """Skip the test where the engine does not have the image of the browser."""
    if run("docker", "image", "inspect", name).returncode:
        pytest.skip(f"NOT TESTED: no image {name}: scripts/setup/browser makes it")


@pytest.fixture(scope="session")
def driver(network: str) -> Iterator[str]:
    """The address of Chromium's WebDriver."""
    require_image(BROWSER)
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
def forge() -> Iterator[str]:
    """The address of a git server that has one repository at every path."""
    files: dict[str, Content] = {f"sdlc-studio/{path}": text for path, text in HARBOUR.items()}
    (repository := Repository()).commit(files)
    gateway = docker("network", "inspect", "--format={{(index .IPAM.Config 0).Gateway}}", "bridge")
    with serving(made_up(repository), host="0.0.0.0") as server:
        yield f"http://{gateway.strip()}:{server.port}"


@pytest.fixture(scope="session")
def lens(image: str, network: str, workspaces: Path, forge: str) -> Iterator[Container]:
    """A service with the sample, that may read the forge's repositories."""
    with Containers(image) as containers:
        options = (f"--network={network}", f"--network-alias={HOST}")
        mounted = f"--volume={workspaces}:/data/projects:ro"
        settings = {
            "ALLOWED_HOSTS": HOST,
            "GIT_HOSTS": forge,
            "GITHUB_API_URL": f"{forge}/api/v3",
            "TOKEN_ENCRYPTION_KEY": b64encode(bytes(32)).decode(),
            "WEBHOOK_SECRET": "BellBuoy",
        }
        variables = [f"--env=SDLC_LENS_{name}={value}" for name, value in settings.items()]
        lens = containers.serve(*options, mounted, *variables)
        slug = register(lens, "Tidewatch", "/data/projects/sample/sdlc-studio")
        assert synced(lens, slug)["sync_status"] == "synced"
        yield lens


@pytest.fixture(scope="session")
def quay(lens: Container, forge: str) -> str:
    """The page of a project that reads a repository."""
    body = {"name": "Quay", "source_type": "git", "repo_url": f"{forge}/o/quay"}
    slug = ask(lens, 201, "POST", "projects", body)["slug"]
    assert synced(lens, slug)["sync_status"] == "synced"
    return f"/projects/{slug}"


@pytest.fixture(scope="session")
def empty(image: str, network: str) -> Iterator[str]:
    """The address of a service without a project."""
    with Containers(image) as containers:
        options = (f"--network={network}", f"--network-alias={EMPTY_HOST}")
        lens = containers.serve(*options, f"--env=SDLC_LENS_ALLOWED_HOSTS={EMPTY_HOST}")
        yield f"http://{EMPTY_HOST}:{lens.port}"


@pytest.fixture(scope="session")
def held_back(lens: Container, workspaces: Path) -> str:
    """The page of a project's syncs, the last of which waits for confirmation."""
    pier = workspaces / "pier" / "stories"
    pier.mkdir(parents=True)
    for number in range(STORIES):
        (pier / f"US{number:04}-mooring.md").write_text(f"# US{number:04}: Mooring {number}\n")
    slug = register(lens, "Pier", "/data/projects/pier")
    synced(lens, slug)
    for story in sorted(pier.iterdir())[1:]:
        story.unlink()
    synced(lens, slug)
    return f"/projects/{slug}/syncs"


@pytest.fixture(scope="module")
def opened(driver: str, lens: Container) -> Iterator[Chromium]:
    with webdriver.Remote(driver, options=browser_options()) as remote:
        yield Chromium(remote, f"http://{HOST}:{lens.port}")


@pytest.fixture
def chromium(opened: Chromium) -> Iterator[Chromium]:
    """A browser that must have nothing to complain about."""
    yield opened.theme("light").width(1280).scripts(True)
    assert opened.faults() == []

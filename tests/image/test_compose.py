"""compose.yaml alone in an empty folder, and scripts/up and scripts/down, which use it."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from engine import ROOT, docker, succeed
from engine.container import PREFIX, Container, Containers
from engine.lens import HARBOUR, register, slugs, synced, write_workspace
from support.git_objects import Content, Repository
from support.git_server import made_up, serving


@dataclass(frozen=True)
class Project:
    """A Compose project: its folder and the variables that it is given."""

    folder: Path
    variables: dict[str, str]

    def run(self, *command: str) -> str:
        """Standard output of docker compose, or of a script of the checkout that the folder is."""
        return succeed(*command, folder=self.folder, variables=self.variables)

    def container(self) -> Container:
        return Container(self.run("docker", "compose", "ps", "--quiet").strip())

    def up(self) -> Container:
        self.run("docker", "compose", "up", "--detach", "--wait", "--wait-timeout=60")
        return self.container()

    def mounted(self) -> list[str]:
        """The names of the folders that the service can take for workspaces."""
        return sorted(self.container().execute("ls", "/data/projects").stdout.splitlines())


Make = Callable[..., Project]


@pytest.fixture
def project(image: str, tmp_path: Path) -> Iterator[Make]:
    """Makes projects of a folder, by default one that holds only compose.yaml."""
    with ExitStack() as stack:

        def make(folder: Path | None = None, **variables: str) -> Project:
            name = f"{PREFIX}{uuid4().hex[:12]}"
            if folder is None:
                (folder := tmp_path / name).mkdir()
                shutil.copy(ROOT / "compose.yaml", folder)
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = str(free.getsockname()[1])
            own = {"COMPOSE_PROJECT_NAME": name, "SDLC_LENS_IMAGE": image, "SDLC_LENS_PORT": port}
            made = Project(folder, own | variables)
            stack.callback(made.run, "docker", "compose", "down", "--volumes", "--timeout=2")
            return made

        yield make


@pytest.fixture
def repositories() -> Iterator[str]:
    """The address of a git server that containers reach; it has one repository at every path."""
    files: dict[str, Content] = {f"sdlc-studio/{path}": text for path, text in HARBOUR.items()}
    (repository := Repository()).commit(files)
    gateway = docker("network", "inspect", "--format={{(index .IPAM.Config 0).Gateway}}", "bridge")
    with serving(made_up(repository), host="0.0.0.0") as server:
        yield f"http://{gateway.strip()}:{server.port}"


def test_the_file_alone_starts_confined_and_reads_the_workspaces_folder(
    project: Make, containers: Containers, configuration: dict[str, Any]
) -> None:
    pasted = project()
    lens = pasted.up()
    inspected = lens.inspect()
    assert inspected["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    own, check = configuration["Healthcheck"], inspected["Config"]["Healthcheck"]
    assert check | {"Test": check["Test"][-3:]} == own | {"Test": own["Test"][-3:]}
    refused = lens.execute("touch", "/data/projects/file", "/app/file", "/etc/file").stderr
    assert refused.count("Read-only file system") == 3
    status = lens.execute("cat", "/proc/1/status").stdout
    assert "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status

    assert sorted(path.name for path in pasted.folder.iterdir()) == ["compose.yaml", "workspaces"]
    mine = f"{os.getuid()}:{os.getgid()}"  # the engine made the folder as root
    mount = f"--volume={pasted.folder}/workspaces:/made"
    containers.as_root("chown", mine, "/made", options=(mount,))
    write_workspace(pasted.folder / "workspaces" / "harbour")
    state = synced(lens, register(lens, "Harbour", "/data/projects/harbour"))
    assert (state["sync_status"], state["document_count"]) == ("synced", 2)


def test_projects_share_nothing_but_the_workspaces_that_both_name(
    project: Make, tmp_path: Path
) -> None:
    write_workspace(tmp_path / "all of them" / "harbour")
    folders = {"SDLC_LENS_WORKSPACES": str(tmp_path / "all of them")}
    first = project(**folders).up()
    other = project(**folders, SDLC_LENS_USER="1234:0", SDLC_LENS_SELINUX="z").up()
    register(first, "Harbour", "/data/projects/harbour")
    assert slugs(other) == []
    assert other.execute("id", "-u").stdout == "1234\n"
    slug = register(other, "Harbour", "/data/projects/harbour")
    assert synced(other, slug)["sync_status"] == "synced"


def test_up_mounts_the_workspaces_that_it_was_given_and_no_other(
    project: Make, checkout: Path, tmp_path: Path, version: str, repositories: str
) -> None:
    own = f"{version}-up"
    named = {"SDLC_LENS_IMAGE": f"sdlc-lens-backend:{own}", "SDLC_LENS_GIT_HOSTS": repositories}
    lens = project(checkout, VERSION=own, **named)
    write_workspace(tmp_path / "it's a $HOME" / "sdlc-studio")
    write_workspace(checkout / "workspaces" / "not-asked-for")
    assert "it-s-a-home: synced: 2 added" in lens.run("scripts/up", str(tmp_path / "it's a $HOME"))
    assert lens.mounted() == ["it-s-a--HOME"]
    assert "/projects/sample\n" in lens.run("scripts/up")
    assert lens.mounted() == ["it-s-a--HOME", "sample"]
    read = lens.run("scripts/up", f"{repositories}/o/quay@main:sdlc-studio")
    assert "quay: synced: 2 added" in read
    assert "/projects/quay\n" in read
    assert len(slugs(lens.container())) == 3
    volume = f"{lens.variables['COMPOSE_PROJECT_NAME']}_database"
    assert volume in lens.run("scripts/down")
    lens.run("scripts/down", "--volumes")
    assert docker("volume", "ls", "--quiet", f"--filter=name={volume}") == ""
    docker("image", "rm", f"sdlc-lens-backend:{own}")

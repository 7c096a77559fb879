"""Little memory, a full disk, a kill at any moment: a clear state each time, and nothing lost."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.workspace import write_workspace
from engine import docker
from engine.container import Container, Containers
from engine.lens import documents, project, register, slugs, synced

COUNT = 2400
HARDENED = (
    "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges",
    "--memory=128m", "--memory-swap=128m",
)  # fmt: skip
RANDOM_USER = f"{time.time_ns() % 900_000 + 100_000}:0"
INTEGRITY = (
    "import sqlite3; print(sqlite3.connect('/data/db/sdlc_lens.db')"
    ".execute('PRAGMA integrity_check').fetchone()[0])"
)
FILL = """
import os
file = os.open("/data/db/ballast", os.O_CREAT | os.O_WRONLY)
os.posix_fallocate(file, 0, os.statvfs("/data/db").f_bavail * 4096 - 5_000_000)
print("filled")
"""
TO_AN_OLDER_VERSION = (
    "python", "-m", "alembic", "--config", "/app/sdlc_lens/alembic.ini", "downgrade", "0001",
)  # fmt: skip
KILLED = 137
PHASES = {
    "before migrating": "",
    "while migrating": "Running database migrations",
    "while serving": "Starting Uvicorn",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of 2,400 documents that every user may read."""
    folder = tmp_path_factory.mktemp("endurance") / "workspace"
    write_workspace(folder, COUNT)
    for path in (folder.parent, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


@pytest.fixture
def options(containers: Containers, workspace: Path) -> tuple[str, ...]:
    """The options for a new volume and the workspace."""
    return (
        f"--volume={containers.volume()}:/data/db",
        f"--volume={workspace}:/data/projects/large:ro",
    )


@pytest.fixture
def small_volume(containers: Containers) -> Iterator[str]:
    """A volume in memory that holds 60 MB."""
    name = f"{containers.volume()}-small"
    size = "--opt=o=size=60m,mode=2775,uid=10001,gid=0"
    docker("volume", "create", "--opt=type=tmpfs", "--opt=device=tmpfs", size, name)
    yield name
    containers.remove()
    docker("volume", "rm", name)


def whole(lens: Container, slug: str) -> None:
    """Assert that the project can be synced, is complete and its database sound."""
    state = synced(lens, slug, 120)
    assert (state["sync_status"], state["document_count"]) == ("synced", COUNT), state
    assert lens.execute("python", "-c", INTEGRITY).stdout == "ok\n"


def test_hardened_with_little_memory_through_a_first_sync(
    containers: Containers, options: tuple[str, ...], figures: dict[str, str]
) -> None:
    lens = containers.serve("--user", RANDOM_USER, *HARDENED, *options)
    slug = register(lens, "Large", "/data/projects/large")
    whole(lens, slug)
    for question in (f"projects/{slug}/documents", f"projects/{slug}/stats", "search?q=harbour"):
        assert lens.ask("GET", f"/api/v1/{question}").status == 200
    assert len(documents(lens, slug)) == 100
    state = lens.state()
    assert (state["Running"], state["OOMKilled"], lens.inspect()["RestartCount"]) == (
        True,
        False,
        0,
    )
    assert "Seccomp:\t2\n" in lens.execute("cat", "/proc/1/status").stdout  # a filter: the default
    done = lens.execute("sh", "-c", "grep VmHWM /proc/1/status")
    figures["memory at most, 128 MiB allowed"] = f"{int(done.stdout.split()[1]) / 1000:.0f} MB"
    assert lens.stop().code == 0


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("before", [[], ["large"]], ids=["new", "used"])
def test_kill_in_a_phase_of_the_start_loses_nothing(
    containers: Containers, options: tuple[str, ...], phase: str, before: list[str]
) -> None:
    if before:
        lens = containers.serve(*options)
        assert [register(lens, "Large", "/data/projects/large")] == before
        lens.stop()
        done = containers.run(*options, command=TO_AN_OLDER_VERSION)
        assert done.returncode == 0, done.stderr
    killed = containers.start(*options).until_logged(PHASES[phase])
    killed.signal("KILL")
    assert killed.until_ended() == KILLED
    lens = containers.serve(*options)
    assert slugs(lens) == before
    assert lens.execute("python", "-c", INTEGRITY).stdout == "ok\n"


def test_kill_during_a_sync_keeps_the_project_and_the_next_start_completes_it(
    containers: Containers, options: tuple[str, ...]
) -> None:
    killed = containers.serve(*options)
    slug = register(killed, "Large", "/data/projects/large")
    assert killed.ask("POST", f"/api/v1/projects/{slug}/sync").status == 202
    time.sleep(0.4)
    killed.signal("KILL")
    assert killed.until_ended() == KILLED
    lens = containers.serve(*options)
    assert project(lens, slug)["document_count"] in (0, COUNT)
    until_released(lens, slug)
    whole(lens, slug)


def until_released(lens: Container, slug: str) -> None:
    """Wait until the killed one's sync counts as over."""
    end = time.monotonic() + 60
    while project(lens, slug)["sync_status"] == "syncing":
        assert time.monotonic() < end, "the sync of a container that was killed never ends"
        time.sleep(0.5)


def test_full_disk_is_told_and_nothing_is_lost_when_there_is_space_again(
    containers: Containers, workspace: Path, small_volume: str
) -> None:
    lens = containers.serve(
        f"--volume={small_volume}:/data/db", f"--volume={workspace}:/data/projects/large:ro"
    )
    slug = register(lens, "Large", "/data/projects/large")
    assert lens.execute("python", "-c", FILL).stdout == "filled\n"
    state = synced(lens, slug, 60)
    assert (state["sync_status"], state["document_count"]) == ("error", 0), state
    assert "full" in state["sync_error"], state
    assert lens.execute("rm", "/data/db/ballast").returncode == 0
    whole(lens, slug)
    assert lens.stop().code == 0

"""Little memory, a full disk, a kill at any moment: a clear state each time, and nothing lost."""

import time

import pytest
from engine import docker
from engine.container import Container, Containers
from engine.lens import begin_sync, documents, got, register, sync_ended, synced
from support.generated import write_generated

COUNT = 2400
HARDENED = (
    "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges",
    "--memory=128m", "--memory-swap=128m", f"--user={time.time_ns() % 900_000 + 100_000}:0",
)  # fmt: skip
INTEGRITY = """
import sqlite3
print(*sqlite3.connect("/data/db/sdlc_lens.db").execute("PRAGMA integrity_check").fetchone())
"""
FILL = """
import os
file = os.open("/data/db/ballast", os.O_CREAT | os.O_WRONLY)
os.posix_fallocate(file, 0, os.statvfs("/data/db").f_bavail * 4096 - 5_000_000)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The option that mounts a workspace of 2,400 documents."""
    folder = tmp_path_factory.mktemp("endurance") / "workspace"
    write_generated(folder, COUNT)
    return f"--volume={folder}:/data/projects/large:ro"


def assert_whole(lens: Container, slug: str) -> None:
    """The project can be synced, is complete and its database sound."""
    state = synced(lens, slug, 120)
    assert (state["sync_status"], state["document_count"]) == ("synced", COUNT), state
    assert lens.python(INTEGRITY) == "ok\n"


def test_hardened_with_little_memory_and_nowhere_to_write(
    containers: Containers, large: str
) -> None:
    database = containers.volume()
    lens = containers.serve(*HARDENED, database, large)
    assert lens.execute("touch", "/tmp/file").returncode != 0
    slug = register(lens, "Large", "/data/projects/large")
    assert_whole(lens, slug)
    for path in ("documents?sort=title&page=9", "stats", "health-check"):
        got(lens, f"projects/{slug}/{path}")
    for path in ("stats", "search?q=status", "search?q=o*"):
        got(lens, path)
    for command in ("sync --all", "check /data/projects/large"):
        assert containers.run(*HARDENED, database, large, command=(*command.split(),)).stderr == ""
    state = lens.inspect()
    assert (state["State"]["OOMKilled"], state["RestartCount"]) == (False, 0)
    assert "Seccomp:\t2\n" in lens.execute("cat", "/proc/1/status").stdout  # a filter: the default
    assert " ERROR " not in lens.logs()
    assert lens.stop().code == 0
    again = containers.serve(*HARDENED, database)
    assert len(documents(again, slug)) == 100
    assert again.ask("DELETE", f"/api/v1/projects/{slug}").status == 204


@pytest.mark.parametrize(("signal", "code"), [("KILL", 137), ("TERM", 0)])
def test_end_during_a_sync_keeps_the_project_and_the_next_start_completes_it(
    containers: Containers, large: str, signal: str, code: int
) -> None:
    database = containers.volume()
    lens = containers.serve(database, large)
    slug = register(lens, "Large", "/data/projects/large")
    begin_sync(lens, slug)
    assert got(lens, f"projects/{slug}")["sync_status"] == "syncing"
    docker("kill", f"--signal={signal}", lens.name)
    assert lens.until_ended() == code
    again = containers.serve(database, large)
    assert sync_ended(again, slug)["document_count"] in (0, COUNT)
    assert_whole(again, slug)


def test_full_disk_is_reported_and_nothing_is_lost_when_there_is_space_again(
    containers: Containers, large: str
) -> None:
    memory = "type=tmpfs device=tmpfs o=size=60m,mode=2775,uid=10001,gid=0"
    volume = containers.volume(*(f"--opt={option}" for option in memory.split()))
    lens = containers.serve(volume, large)
    slug = register(lens, "Large", "/data/projects/large")
    lens.python(FILL)
    state = synced(lens, slug)
    assert (state["sync_status"], state["document_count"]) == ("error", 0), f"{state} {lens.logs()}"
    assert "full" in state["sync_error"], state
    assert lens.execute("rm", "/data/db/ballast").returncode == 0
    assert_whole(lens, slug)

"""SIGTERM ends the container with 0 and at once, whatever it is doing; the next start is well."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine.container import Container, Containers, Stop
from engine.lens import begin_sync, project, register, synced, write_workspace

LIMIT = 1.0
GRACE = 1
HOLD_LOCK = """
import fcntl, signal
lock = open("/data/db/sdlc_lens.db.lock", "a")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
signal.pause()
"""


@pytest.fixture
def database(containers: Containers) -> Iterator[str]:
    """The option for a volume of its own, on which a next start has to get ready."""
    option = containers.volume()
    yield option
    containers.serve(option)


def assert_at_once(stop: Stop) -> None:
    assert stop.code == 0
    assert stop.seconds < LIMIT


@pytest.mark.parametrize("init", [(), ("--init",)], ids=["process 1", "under an init"])
def test_stop_while_idle(
    containers: Containers, init: tuple[str, ...], figures: dict[str, str]
) -> None:
    lens = containers.serve(*init)
    with connect(lens, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n") as idle:
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        stop = lens.stop()
    figures[" ".join(("stop while idle", *init))] = f"{stop.seconds:.2f} s"
    assert_at_once(stop)
    assert "Shutting down" in lens.logs()


@pytest.mark.parametrize("init", [(), ("--init",)], ids=["process 1", "under an init"])
def test_stop_while_starting(
    containers: Containers, database: str, init: tuple[str, ...], figures: dict[str, str]
) -> None:
    for milliseconds in (0, 50, 200, 400):
        lens = containers.start(database, *init)
        time.sleep(milliseconds / 1000)  # any moment: nothing to wait for
        stop = lens.stop()
        figures[f"stop {milliseconds} ms after the start"] = f"{stop.seconds:.2f} s"
        assert_at_once(stop)


def test_stop_while_waiting_for_the_migration_of_another(
    containers: Containers, database: str, figures: dict[str, str]
) -> None:
    holder = containers.start(database, command=("python3", "-c", HOLD_LOCK)).until_logged("held")
    stop = containers.start(database).until_logged("Running database migrations...").stop()
    figures["stop while waiting to migrate"] = f"{stop.seconds:.2f} s"
    holder.kill()
    assert_at_once(stop)


def test_stop_in_the_middle_of_a_migration(
    containers: Containers, slow_migration: str, database: str, figures: dict[str, str]
) -> None:
    stop = containers.start(database, slow_migration).until_logged("halfway").stop()
    figures["stop while migrating"] = f"{stop.seconds:.2f} s"
    assert_at_once(stop)


def connect(lens: Container, request: bytes) -> socket.socket:
    connection = socket.create_connection(lens.address, timeout=20)
    connection.sendall(request)
    return connection


def test_stop_with_a_request_under_way_waits_for_the_graceful_limit(
    containers: Containers, figures: dict[str, str]
) -> None:
    lens = containers.serve(f"--env=SDLC_LENS_SHUTDOWN_SECONDS={GRACE}")
    head = b"POST /api/v1/projects HTTP/1.1\r\nHost: [::1]\r\nContent-Type: application/json\r\n"
    head += b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n"
    with connect(lens, head) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")  # it waits for the body
        stop = lens.stop()
        answer = b"".join(iter(lambda: connection.recv(1000), b""))
    figures[f"stop with a request under way, limit {GRACE} s"] = f"{stop.seconds:.2f} s"
    assert stop.code == 0
    assert 0.8 * GRACE < stop.seconds < GRACE + LIMIT
    assert not answer.startswith(b"HTTP/1.1 2")


def test_stop_during_a_sync_leaves_no_project_stuck(
    containers: Containers, database: str, tmp_path: Path
) -> None:
    workspace = write_workspace(tmp_path / "large", stories=4000)
    options = (database, f"--volume={workspace}:/data/projects/large:ro")
    lens = containers.serve(*options)
    slug = register(lens, "Large", "/data/projects/large")
    begin_sync(lens, slug)
    stop = lens.stop()
    assert stop.code == 0
    assert stop.seconds < LIMIT + 5
    lens = containers.serve(*options)
    assert project(lens, slug)["sync_status"] != "syncing"
    assert synced(lens, slug)["document_count"] == 4001

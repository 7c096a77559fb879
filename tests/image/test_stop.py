"""SIGTERM ends the container with 0 and at once, whatever it is doing; the next start is well."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine.container import Container, Containers, Stop
from engine.lens import project, register, synced, write_workspace

LIMIT = 1.0
GRACE = 1
HOLD_LOCK = """
import fcntl, time
lock = open("/data/db/sdlc_lens.db.lock", "a")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""
END_AT_ONCE = """
import os, signal
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print("waiting", flush=True)
signal.pause()
"""


@pytest.fixture
def database(containers: Containers) -> Iterator[str]:
    """The option for a volume of its own, on which a next start has to get ready."""
    option = f"--volume={containers.volume()}:/data/db"
    yield option
    containers.serve(option)


def assert_at_once(stop: Stop) -> None:
    assert stop.code == 0
    assert stop.seconds < LIMIT


def test_stop_while_idle(containers: Containers, database: str, figures: dict[str, str]) -> None:
    stop = containers.serve(database).stop()
    probe = containers.start(command=("python", "-c", END_AT_ONCE)).until_logged("waiting")
    figures["stop while idle"] = (
        f"{stop.seconds:.2f} s, the engine's share {probe.stop().seconds:.2f} s"
    )
    assert_at_once(stop)


def test_stop_says_goodbye_in_the_log(containers: Containers) -> None:
    lens = containers.serve()
    lens.stop()
    assert "Shutting down" in lens.logs()


def test_stop_under_an_init(containers: Containers, database: str) -> None:
    assert_at_once(containers.serve("--init", database).stop())


@pytest.mark.parametrize("milliseconds", [0, 20, 50, 100, 200, 400, 800])
def test_stop_while_starting(
    containers: Containers, database: str, milliseconds: int, figures: dict[str, str]
) -> None:
    lens = containers.start(database)
    time.sleep(milliseconds / 1000)
    stop = lens.stop()
    figures[f"stop {milliseconds} ms after the start"] = f"{stop.seconds:.2f} s"
    assert_at_once(stop)


def test_stop_under_an_init_while_starting(containers: Containers, database: str) -> None:
    assert_at_once(containers.start("--init", database).stop())


def test_stop_while_waiting_for_the_migration_of_another(
    containers: Containers, database: str, figures: dict[str, str]
) -> None:
    holder = containers.start(database, command=("python", "-c", HOLD_LOCK)).until_logged("held")
    lens = containers.start(database).until_logged("Running database migrations...")
    time.sleep(0.5)
    stop = lens.stop()
    figures["stop while waiting to migrate"] = f"{stop.seconds:.2f} s"
    assert "Starting Uvicorn" not in lens.logs()
    holder.signal("KILL")
    assert_at_once(stop)


def test_stop_in_the_middle_of_a_migration(
    containers: Containers,
    slow_migration: str,
    database: str,
    figures: dict[str, str],
) -> None:
    stop = containers.start(database, slow_migration).until_logged("halfway").stop()
    figures["stop while migrating"] = f"{stop.seconds:.2f} s"
    assert_at_once(stop)


def connect(lens: Container, request: bytes) -> socket.socket:
    connection = socket.create_connection(lens.address, timeout=20)
    connection.sendall(request)
    return connection


def test_stop_closes_idle_connections(containers: Containers, database: str) -> None:
    lens = containers.serve(database)
    with connect(lens, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n") as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert_at_once(lens.stop())


def test_stop_with_a_request_under_way_waits_for_the_graceful_limit(
    containers: Containers, database: str, figures: dict[str, str]
) -> None:
    lens = containers.serve("--env", f"SDLC_LENS_SHUTDOWN_SECONDS={GRACE}", database)
    head = b"POST /api/v1/projects HTTP/1.1\r\nHost: [::1]\r\nContent-Type: application/json\r\n"
    with connect(lens, head + b"Content-Length: 1000\r\n\r\n{") as connection:
        time.sleep(0.3)
        stop = lens.stop()
        connection.settimeout(5)
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
    assert lens.ask("POST", f"/api/v1/projects/{slug}/sync").status == 202
    time.sleep(0.2)
    stop = lens.stop()
    assert stop.code == 0
    assert stop.seconds < LIMIT + 5
    lens = containers.serve(*options)
    assert project(lens, slug)["sync_status"] != "syncing"
    assert synced(lens, slug)["document_count"] == 4001

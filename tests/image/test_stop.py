"""SIGTERM ends the container with 0 and at once, whatever it is doing; the next start is well."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine.container import Container, Containers, Stop
from engine.lens import begin_sync, project, register, synced, write_workspace

LIMIT = 1.0


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


def connect(lens: Container, request: bytes) -> socket.socket:
    connection = socket.create_connection(lens.address, timeout=20)
    connection.sendall(request)
    return connection


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

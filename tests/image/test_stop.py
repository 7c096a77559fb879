"""SIGTERM ends the container with 0 and at once, idle or while it starts."""

import time

import pytest
from engine.container import Containers

LIMIT_SECONDS = 1.0
pytestmark = pytest.mark.parametrize("init", ["", "--init"], ids=["process 1", "under an init"])


def test_stop_while_idle(containers: Containers, init: str, figures: dict[str, str]) -> None:
    lens = containers.serve(*init.split())
    stop = lens.stop()
    figures[f"stop while idle {init}"] = f"{stop.seconds:.2f} s"
    assert stop.code == 0
    assert stop.seconds < LIMIT_SECONDS
    assert "Shutting down" in lens.logs()


def test_stop_while_starting(containers: Containers, init: str, figures: dict[str, str]) -> None:
    database = containers.volume()
    for milliseconds in (0, 50, 200, 400):
        lens = containers.start(database, *init.split())
        # The kernel drops a signal for a process 1 that has not run yet: it runs before what is
        # executed beside it. After that, any moment will do.
        assert lens.execute("true").returncode == 0
        time.sleep(milliseconds / 1000)
        stop = lens.stop()
        figures[f"stop {milliseconds} ms after the start {init}"] = f"{stop.seconds:.2f} s"
        assert stop.code == 0
        assert stop.seconds < LIMIT_SECONDS
    containers.serve(database)

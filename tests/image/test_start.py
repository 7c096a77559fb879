"""Starts: several at once on one database, with a migration that fails, stopped at any moment."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from engine.container import Container, Containers

TABLES = """
import sqlite3
print(list(sqlite3.connect("/data/db/sdlc_lens.db").execute("PRAGMA table_list")))
"""
FAULT = """
from alembic import op
revision, down_revision = "more", "{newest}"
def upgrade():
    op.execute("CREATE TABLE half_done (id INTEGER)")
    op.execute("INSERT INTO no_such_table VALUES (1)")
"""
INIT = pytest.mark.parametrize("init", ["", "--init"], ids=["process 1", "under an init"])


def test_five_containers_at_once_on_a_new_volume(containers: Containers) -> None:
    database = containers.volume()
    with ThreadPoolExecutor(5) as pool:
        started = list(pool.map(lambda _: containers.serve(database), range(5)))
    logs = [container.logs() for container in started]
    assert sum("Running upgrade" in log for log in logs) == 1
    assert all("Starting Uvicorn" in log for log in logs)


def test_failing_migration_ends_the_start_and_leaves_nothing_half_done(
    containers: Containers, lens: Container, tmp_path: Path
) -> None:
    newest = lens.python("from sdlc_lens.db.migration import NEWEST; print(NEWEST)").strip()
    (tmp_path / "more.py").write_text(FAULT.format(newest=newest))
    more = f"--volume={tmp_path}/more.py:/app/sdlc_lens/alembic/versions/more.py:ro"
    database = containers.volume()
    ended = containers.run(database, more)
    assert ended.returncode not in (0, 137)
    assert "no_such_table" in ended.stderr
    assert "Starting Uvicorn" not in ended.stdout
    tables = containers.serve(database).python(TABLES)
    assert "'documents'" in tables
    assert "half_done" not in tables


def assert_stops(lens: Container) -> None:
    code, seconds = lens.stop()
    assert code == 0
    assert seconds < 1


@INIT
def test_stop_while_idle(containers: Containers, init: str) -> None:
    lens = containers.serve(*init.split())
    assert_stops(lens)
    assert "Shutting down" in lens.logs()


@INIT
def test_stop_while_starting(containers: Containers, init: str) -> None:
    database = containers.volume()
    for milliseconds in (100, 200, 400, 800):
        # Slowed down: the time before Python runs is when a signal could be lost.
        lens = containers.start("--cpus=0.1", database, *init.split())
        time.sleep(milliseconds / 1000)
        assert_stops(lens)
    containers.serve(database)

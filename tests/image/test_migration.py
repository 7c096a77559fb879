"""Migrating is safe at once, when killed, and on files that it must not touch."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from engine import Completed
from engine.container import Containers

FILE = "/data/db/sdlc_lens.db"
DIGEST = f"import hashlib; print(hashlib.sha256(open('{FILE}', 'rb').read()).hexdigest())"
DATABASE = f"import sqlite3; database = sqlite3.connect('{FILE}', isolation_level=None); "
CUT_OFF = f"import os; os.truncate('{FILE}', os.path.getsize('{FILE}') // 2)"
OVERWRITTEN = f"file = open('{FILE}', 'r+b'); file.seek(100); file.write(bytes(range(256)) * 40)"
NOT_SQLITE = f"open('{FILE}', 'w').write('not a database ' * 1000)"
UNUSABLE = {
    "cut off": (CUT_OFF, "damaged"),
    "overwritten": (OVERWRITTEN, "damaged"),
    "no SQLite file": (NOT_SQLITE, "damaged or no SQLite database"),
    "another program's": (
        DATABASE + "database.execute('DROP TABLE alembic_version')",
        "another program's",
    ),
    "of a newer version": (
        DATABASE + "database.execute(\"UPDATE alembic_version SET version_num = 'ffff'\")",
        "newer version (revision ffff",
    ),
}


@pytest.fixture
def database(containers: Containers) -> str:
    """The option for a new volume."""
    return f"--volume={containers.volume()}:/data/db"


def migrate(containers: Containers, *options: str) -> Completed:
    ended = containers.run(*options, command=("migrate",))
    assert ended.returncode == 0, ended.stderr
    return ended


def test_ten_containers_at_once_on_a_new_volume(containers: Containers, database: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        started = list(pool.map(lambda _: containers.start(database), range(10)))
        list(pool.map(lambda container: container.until_ready(90), started))
    logs = [container.logs() for container in started]
    assert sum("Running upgrade" in log for log in logs) == 1
    assert all("Starting Uvicorn" in log for log in logs)


def test_current_database_is_left_alone(containers: Containers, database: str) -> None:
    migrate(containers, database)
    before = containers.python(DIGEST, database)
    assert "upgrade" not in migrate(containers, database).stdout
    assert containers.python(DIGEST, database) == before


def assert_nothing_half_done(containers: Containers, database: str) -> None:
    """Assert that the next start finishes the work, and that nothing of the one before is left."""
    containers.serve(database)
    tables, verdict = containers.python(
        DATABASE + "print(database.execute('SELECT name FROM sqlite_master').fetchall())"
        "; print(database.execute('PRAGMA integrity_check').fetchall())",
        database,
    ).splitlines()
    assert "documents" in tables
    assert "half_done" not in tables
    assert verdict == "[('ok',)]"


def test_kill_in_the_middle_leaves_nothing_half_done(
    containers: Containers, database: str, slow_migration: str
) -> None:
    killed = containers.start(database, slow_migration).until_logged("halfway")
    killed.signal("KILL")
    assert killed.until_ended() == 137
    assert_nothing_half_done(containers, database)


def test_failing_migration_ends_the_start_and_leaves_nothing_half_done(
    containers: Containers, database: str, add_migration: Callable[..., str]
) -> None:
    fault = "op.execute('INSERT INTO no_such_table VALUES (1)')"
    failing = add_migration("op.execute('CREATE TABLE half_done (id INTEGER)')", fault)
    ended = containers.run(database, failing)
    assert ended.returncode not in (0, 137)
    assert "no_such_table" in ended.stderr
    assert "Starting Uvicorn" not in ended.stdout
    assert_nothing_half_done(containers, database)


@pytest.mark.parametrize("fault", UNUSABLE)
def test_unusable_database_is_refused_and_untouched(
    containers: Containers, database: str, fault: str
) -> None:
    script, reason = UNUSABLE[fault]
    migrate(containers, database)
    containers.python(script, database)
    before = containers.python(DIGEST, database)
    ended = containers.run(database)
    assert ended.returncode == 65, ended
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert reason in ended.stderr
    assert FILE in ended.stderr
    assert "Starting Uvicorn" not in ended.stdout
    assert containers.python(DIGEST, database) == before


def test_full_disk(containers: Containers) -> None:
    ended = containers.run("--tmpfs", "/data/db:size=16k,mode=1777")
    assert ended.returncode == 74, ended
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert "full" in ended.stderr
    assert "Starting Uvicorn" not in ended.stdout

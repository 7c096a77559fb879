"""Migrating is safe at once, when killed, and on files that it must not touch."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from engine.container import Containers

FILE = "/data/db/sdlc_lens.db"
DIGEST = f"import hashlib; print(hashlib.sha256(open('{FILE}', 'rb').read()).hexdigest())"
CONNECT = f"import sqlite3; database = sqlite3.connect('{FILE}', isolation_level=None); "
TABLES = CONNECT + "print(database.execute('SELECT name FROM sqlite_master').fetchall())"
NOT_SQLITE = f"open('{FILE}', 'w').write('not a database ' * 1000)"
NEWER = CONNECT + (
    "database.execute(\"UPDATE alembic_version SET version_num = 'ffff'\"); database.close()"
)


def test_five_containers_at_once_on_a_new_volume(containers: Containers) -> None:
    database = containers.volume()
    with ThreadPoolExecutor(5) as pool:
        started = list(pool.map(lambda _: containers.serve(database), range(5)))
    logs = [container.logs() for container in started]
    assert sum("Running upgrade" in log for log in logs) == 1
    assert all("Starting Uvicorn" in log for log in logs)


def assert_nothing_half_done(containers: Containers, database: str) -> None:
    """Assert that the next start finishes the work, and that nothing of the one before is left."""
    tables = containers.serve(database).python(TABLES)
    assert "'documents'" in tables
    assert "half_done" not in tables


def test_kill_in_the_middle_leaves_nothing_half_done(
    containers: Containers, slow_migration: str
) -> None:
    database = containers.volume()
    containers.start(database, slow_migration).until_logged("halfway").kill()
    assert_nothing_half_done(containers, database)


def test_failing_migration_ends_the_start_and_leaves_nothing_half_done(
    containers: Containers, add_migration: Callable[..., str]
) -> None:
    database = containers.volume()
    fault = add_migration("op.execute('INSERT INTO no_such_table VALUES (1)')")
    ended = containers.run(database, fault)
    assert ended.returncode not in (0, 137)
    assert "no_such_table" in ended.stderr
    assert "Starting Uvicorn" not in ended.stdout
    assert_nothing_half_done(containers, database)


@pytest.mark.parametrize(
    ("change", "reason"),
    [(NOT_SQLITE, "damaged or no SQLite database"), (NEWER, "newer version (revision ffff")],
    ids=["no SQLite file", "of a newer version"],
)
def test_unusable_database_is_refused_and_untouched(
    containers: Containers, change: str, reason: str
) -> None:
    database = containers.volume()
    assert containers.run(database, command=("migrate",)).returncode == 0
    before = containers.python(f"{change}\n{DIGEST}", database)
    ended = containers.run(database)
    assert ended.returncode == 65, ended
    (line,) = ended.stderr.splitlines()
    assert reason in line
    assert FILE in line
    assert "Starting Uvicorn" not in ended.stdout
    assert containers.python(DIGEST, database) == before


def test_full_disk(containers: Containers) -> None:
    ended = containers.run("--tmpfs=/data/db:size=16k,mode=1777")
    assert ended.returncode == 74, ended
    (line,) = ended.stderr.splitlines()
    assert "full" in line
    assert "Starting Uvicorn" not in ended.stdout

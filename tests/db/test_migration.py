"""Migrating: once, by one process, all or nothing."""

import fcntl
import os
import signal
import sqlite3
import stat
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from support.processes import (
    COMMAND,
    IN_TIME,
    PATIENCE_SECONDS,
    environment,
    run,
    run_command,
    started,
    stop,
    until_line,
)

from sdlc_lens.db.file import look
from sdlc_lens.db.migration import NEWEST, REVISIONS, alembic_folder, migrate

MIDDLE = """
import os, signal, sys, time
from alembic.operations import Operations
from sdlc_lens.__main__ import end_on_signals, main

def halfway(*arguments, **options):
    print("halfway", flush=True)
    {action}

Operations.create_index = halfway
end_on_signals()
sys.exit(main(["migrate"]))
"""
BY_HAND = """
import sys
from alembic.config import main
for command in ("upgrade head", "check", "downgrade base"):
    main(["--config", sys.argv[1], *command.split()])
"""
IN_CHILD = """
import os, sys
from pathlib import Path
from sdlc_lens.db.migration import migrate
{before}
print(migrate(Path(sys.argv[1]), in_child=True), "alembic" in sys.modules)
"""
CHILD_IS_KILLED = """
from alembic import command
parent, upgrade = os.getpid(), command.upgrade
def killed(*arguments):
    os.getpid() == parent or os.kill(os.getpid(), 9)
    upgrade(*arguments)
command.upgrade = killed
"""
LOCKED = """
import fcntl, sys
from sdlc_lens.__main__ import end_on_signals, main

def flock(*arguments):
    print("locking", flush=True)
    lock(*arguments)
    print("locked", flush=True)

lock, fcntl.flock = fcntl.flock, flock
end_on_signals()
sys.exit(main(["migrate"]))
"""


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def test_constant_is_alembics_head() -> None:
    scripts = ScriptDirectory.from_config(Config(alembic_folder() / "alembic.ini"))
    assert scripts.get_heads() == [NEWEST]
    assert {script.revision for script in scripts.walk_revisions()} == set(REVISIONS)


def test_no_database_url_in_alembic_ini() -> None:
    assert "sqlalchemy.url" not in (alembic_folder() / "alembic.ini").read_text()


def test_new_database(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folders" / "lens.db"
    assert migrate(path)
    assert look(path).revision == NEWEST
    assert {"projects", "documents", "search"} <= tables(path)
    assert not migrate(path)


def test_database_path_with_odd_characters(tmp_path: Path) -> None:
    path = tmp_path / "50% of #1?" / "lens & co.db"
    assert migrate(path)
    assert path.is_file()
    assert not migrate(path)


def test_files_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        migrate(tmp_path / "lens.db")
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes["lens.db"] == modes["lens.db.lock"] == 0o664


def test_empty_file_is_an_empty_database(tmp_path: Path) -> None:
    path = tmp_path / "lens.db"
    path.touch()
    assert migrate(path)


def test_current_database_is_not_touched_and_alembic_not_loaded(migrated: Path) -> None:
    before = migrated.read_bytes(), migrated.stat().st_mtime_ns
    script = (
        "import sys; from sdlc_lens.__main__ import main; code = main(['migrate']);"
        "print(code, 'alembic' in sys.modules, 'sqlalchemy' in sys.modules)"
    )
    ended = run_command(COMMAND[0], "-c", script, env=environment(migrated))
    assert ended.stdout == "Running database migrations...\n0 False False\n"
    assert (migrated.read_bytes(), migrated.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("before", "printed"), [("", "True False\n"), (CHILD_IS_KILLED, "True True\n")]
)
def test_new_database_by_a_child(before: str, printed: str, tmp_path: Path) -> None:
    path = tmp_path / "lens.db"
    script = IN_CHILD.format(before=before)
    ended = run_command(COMMAND[0], "-c", script, str(path), env=environment(path))
    assert ended.stdout == printed, ended
    assert not migrate(path)


def test_alembic_by_hand(tmp_path: Path) -> None:
    ini = str(alembic_folder() / "alembic.ini")
    ended = run(ini, env=environment(tmp_path / "lens.db"), script=BY_HAND)
    assert ended.returncode == 0, ended
    assert "No new upgrade operations" in ended.stdout, ended
    assert tables(tmp_path / "lens.db") <= {"alembic_version", "sqlite_autoindex_alembic_version_1"}
    assert migrate(tmp_path / "lens.db")


def test_many_processes_at_once(tmp_path: Path) -> None:
    env = environment(tmp_path / "lens.db")
    with ExitStack() as stack:
        processes = [stack.enter_context(started("migrate", env=env)) for _ in range(3)]
        printed = [process.stdout.read() for process in processes]
        assert [process.wait(PATIENCE_SECONDS) for process in processes] == [0] * 3, printed
    assert sum("Running upgrade" in text for text in printed) == 1
    assert look(tmp_path / "lens.db").revision == NEWEST


def test_kill_in_the_middle_leaves_nothing_and_the_next_start_finishes(tmp_path: Path) -> None:
    path = tmp_path / "lens.db"
    script = MIDDLE.format(action="os.kill(os.getpid(), signal.SIGKILL)")
    ended = run(env=environment(path), script=script)
    assert ended.returncode == -signal.SIGKILL
    assert "halfway" in ended.stdout
    assert tables(path) == set()
    assert migrate(path)
    assert look(path).revision == NEWEST


def test_sigterm_in_the_middle_ends_at_once_with_zero(tmp_path: Path) -> None:
    path = tmp_path / "lens.db"
    script = MIDDLE.format(action="signal.pause()")
    with started(env=environment(path), script=script) as process:
        until_line(process, "halfway")
        assert stop(process) < IN_TIME
        assert process.returncode == 0
    assert migrate(path)


def test_sigterm_while_waiting_for_the_lock(tmp_path: Path, lock: Callable[[Path], None]) -> None:
    lock(tmp_path / "lens.db.lock")
    env = environment(tmp_path / "lens.db")
    with started(env=env, script=LOCKED) as process:
        until_line(process, "locking")
        assert stop(process) < IN_TIME
        assert process.returncode == 0
        assert "locked" not in process.stdout.read()
    assert look(tmp_path / "lens.db").revision is None


@pytest.fixture
def lock() -> Callable[[Path], None]:
    def hold(path: Path) -> None:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR)
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    return hold

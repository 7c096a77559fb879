"""Databases that are refused: one line with cause and fix, an exit code, the file untouched."""

import errno
import fcntl
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.nobody import BECOME_NOBODY, NOBODY, open_folder
from support.processes import environment, run

from sdlc_lens.__main__ import main
from sdlc_lens.db.file import failure
from sdlc_lens.db.migration import migrate
from sdlc_lens.errors import LocksUnsupported, StorageError, UnusableDatabase

__all__ = ["open_folder"]

AS_NOBODY = f"""
import sys
from sdlc_lens.__main__ import main
import sdlc_lens.commands.migrate
{BECOME_NOBODY}
sys.exit(main(["migrate"]))
"""
NO_THREADS = f"""
import resource, sys
from sdlc_lens.__main__ import main
import sdlc_lens.commands.serve, sdlc_lens.commands.sync
{BECOME_NOBODY}
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
sys.exit(main({{command}}))
"""
SMALL_FILES = f"""
import resource, sys
from sdlc_lens.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, {resource.RLIM_INFINITY}))
sys.exit(main(["{{command}}"]))
"""


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xaa" * 8000)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def no_database(path: Path) -> None:
    path.write_bytes(b"these are notes, and no database at all\n" * 100)


def execute(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    return change


REFUSED = {
    "overwritten": (overwritten, "is damaged"),
    "cut off": (cut_off, "is damaged"),
    "no database": (no_database, "is damaged or not an SQLite database"),
    "another program's": (execute("DROP TABLE alembic_version"), "another program's"),
    "without revision": (execute("DELETE FROM alembic_version"), "another program's"),
    "newer": (execute("UPDATE alembic_version SET version_num = '9999'"), "newer version"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_and_untouched(kind: str, migrated: Path) -> None:
    spoil, reason = REFUSED[kind]
    spoil(migrated)
    before = migrated.read_bytes()
    with pytest.raises(UnusableDatabase, match=reason) as raised:
        migrate(migrated)
    line = str(raised.value)
    assert str(migrated) in line
    assert "left as it is" in line
    assert "\n" not in line
    assert migrated.read_bytes() == before


def test_damage_deep_in_a_file_that_needs_migrating(migrated: Path) -> None:
    execute(
        "DROP TABLE search", "DROP VIEW search_text", "DROP TABLE documents",
        "DROP TABLE projects", "DELETE FROM alembic_version",
    )(migrated)  # fmt: skip
    with migrated.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xaa" * 4096)
    before = migrated.read_bytes()
    with pytest.raises(UnusableDatabase, match="is damaged"):
        migrate(migrated)
    assert migrated.read_bytes() == before


def test_refusal_ends_the_start_before_anything_listens(migrated: Path) -> None:
    no_database(migrated)
    ended = run("serve", env=environment(migrated))
    assert ended.returncode == 65
    assert ended.stderr.startswith(f"sdlc-lens: {migrated} is damaged or not an SQLite database")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == "Running database migrations...\n"


def test_folder_in_the_files_place(tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase, match="is a folder"):
        migrate(tmp_path)


def test_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot create the folder"):
        migrate(tmp_path / "file" / "lens.db")


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_full_disk(command: str, tmp_path: Path) -> None:
    env = environment(tmp_path / "lens.db", LOG_LEVEL="ERROR")
    ended = run(env=env, script=SMALL_FILES.format(command=command))
    assert ended.returncode == 74, ended
    assert str(tmp_path / "lens.db") in ended.stderr
    assert "full" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert migrate(tmp_path / "lens.db")


NO_LOCKS = "does not support the file locks"


@pytest.mark.parametrize("number", ["ENOLCK", "EOPNOTSUPP", "ENOSYS"])
@pytest.mark.parametrize("call", ["flock", "lockf"])
def test_file_system_without_locks(
    call: str,
    number: str,
    migrated: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_arguments: object) -> None:
        code = getattr(errno, number)
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, call, refuse)
    with pytest.raises(LocksUnsupported, match=NO_LOCKS):
        migrate(migrated.with_name("new.db"))
    with pytest.raises(LocksUnsupported, match=NO_LOCKS):
        migrate(migrated)
    monkeypatch.setenv("SDLC_LENS_DATABASE_URL", f"sqlite+aiosqlite:///{migrated}")
    assert main(["sync", "--all"]) == 72
    line = capsys.readouterr().err
    assert line.startswith(f"sdlc-lens: the file system that holds {migrated} {NO_LOCKS}")
    assert "SDLC_LENS_DATABASE_URL" in line
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    "name",
    ["PROTOCOL", "IOERR_LOCK", "IOERR_RDLOCK", "IOERR_UNLOCK", "IOERR_SHMLOCK", "IOERR_SHMMAP"],
)
def test_lock_that_sqlite_cannot_take(name: str, tmp_path: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{name}")
    assert isinstance(failure(tmp_path / "lens.db", error), LocksUnsupported)
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    assert isinstance(failure(tmp_path / "lens.db", error), StorageError)


def test_lock_that_another_process_holds_is_waited_for(migrated: Path) -> None:
    with migrated.with_name("lens.db.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not migrate(migrated)


@pytest.mark.parametrize("command", [["serve"], ["migrate"], ["sync", "--all"]])
def test_process_that_may_not_start_threads(command: list[str], open_folder: Path) -> None:
    open_folder.chmod(0o777)
    script = NO_THREADS.format(command=command)
    ended = run(env=environment(open_folder / "x.db"), script=script)
    assert ended.returncode == 71, ended
    assert "clone3" in ended.stderr
    assert "20.10.10" in ended.stderr
    assert ended.stderr.count("\n") == 1


def as_nobody(path: Path) -> subprocess.CompletedProcess[str]:
    return run(env=environment(path), script=AS_NOBODY)


def refusal_of(ended: subprocess.CompletedProcess[str]) -> str:
    assert ended.returncode == 77, ended
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_folder_that_may_not_be_written(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    line = refusal_of(as_nobody(open_folder / "lens.db"))
    owner = f"{os.geteuid()}:{os.getegid()}"
    assert f"cannot write {open_folder}: it belongs to {owner} with mode 0555" in line
    if os.geteuid() == 0:
        assert f"this process runs as {NOBODY}:{NOBODY}" in line
        assert f"`install -d -o {NOBODY} -g {NOBODY} db`" in line


def test_folder_that_cannot_be_made(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    line = refusal_of(as_nobody(open_folder / "below" / "lens.db"))
    assert f"cannot create {open_folder / 'below'}: " in line


@pytest.mark.parametrize(
    "spoiled", ["lens.db", "lens.db-wal", "lens.db-shm", "lens.db.lock", "lens.db.leases"]
)
def test_file_that_may_not_be_written(spoiled: str, migrated: Path, open_folder: Path) -> None:
    path = open_folder / "lens.db"
    path.write_bytes(migrated.read_bytes())
    path.chmod(0o666)
    open_folder.chmod(0o777)
    (open_folder / spoiled).touch()
    (open_folder / spoiled).chmod(0o444)
    before = path.read_bytes()
    assert f"cannot write {open_folder / spoiled}" in refusal_of(as_nobody(path))
    assert path.read_bytes() == before

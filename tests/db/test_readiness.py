"""Readiness of the database, and the reason when it is not ready."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import Database
from sdlc_lens.db.file import side_files
from sdlc_lens.db.readiness import Readiness, check_readiness
from sdlc_lens.queries.projects import add_project

pytestmark = pytest.mark.anyio


def execute(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


async def test_ready(migrated: Path) -> None:
    found = await check_readiness(migrated)
    assert found == Readiness(True, True, True)
    assert found.ready
    assert not found.reason


async def test_file_that_is_gone(tmp_path: Path) -> None:
    found = await check_readiness(tmp_path / "gone.db")
    assert found == Readiness(False, False, False)
    assert found.reason == "the database cannot be read"


async def test_damaged_file(migrated: Path) -> None:
    migrated.write_bytes(b"no database" * 1000)
    assert await check_readiness(migrated) == Readiness(False, False, False)


async def test_older_revision(migrated: Path) -> None:
    execute(migrated, "UPDATE alembic_version SET version_num = '0000'")
    found = await check_readiness(migrated)
    assert (found.connected, found.migration_ok, found.ready) == (True, False, False)
    assert "newest revision" in found.reason


async def test_missing_index(migrated: Path) -> None:
    execute(migrated, "DROP TABLE search")
    found = await check_readiness(migrated)
    assert (found.migration_ok, found.fts_ok, found.ready) == (True, False, False)
    assert "search index" in found.reason


OTHER_PROCESS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(*connection.execute("SELECT count(*) FROM projects").fetchone())
connection.close()
"""


def seen_by_another_process(path: Path) -> str:
    """How many projects another process finds, which then closes the database."""
    command = [sys.executable, "-c", OTHER_PROCESS, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


async def test_readiness_keeps_the_locks_of_open_connections(migrated: Path) -> None:
    database = Database(migrated)
    try:
        async with database.read() as session:
            await session.run(rows, "SELECT id FROM projects", {})
        await check_readiness(migrated)
        async with database.write() as session:
            await add_project(session, "kept", "Kept", "/kept")
        # Were the locks gone, the other one would take the log for abandoned, and remove it.
        assert seen_by_another_process(migrated) == "1"
        assert side_files(migrated)[0].exists()
        async with database.write() as session:
            await add_project(session, "later", "Later", "/later")
        assert seen_by_another_process(migrated) == "2"
    finally:
        await database.close()

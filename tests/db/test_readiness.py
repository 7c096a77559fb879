"""What makes the database ready, and what is said when it is not."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sdlc_lens.db.readiness import Readiness, check_readiness

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

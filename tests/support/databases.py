"""Migrated databases, made once and copied."""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from sdlc_lens.db.migration import migrate


@pytest.fixture(scope="session")
def migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _migrated(tmp_path_factory.mktemp)


@cache  # each conftest.py that imports a fixture has one of its own
def _migrated(new_folder: Callable[[str], Path]) -> Path:
    path = new_folder("migrated") / "lens.db"
    assert migrate(path)
    assert not path.with_name("lens.db-wal").exists()
    return path


@pytest.fixture
def migrated(migrated_once: Path, tmp_path: Path) -> Path:
    """A database file at the newest revision."""
    path = tmp_path / "database" / "lens.db"
    path.parent.mkdir()
    shutil.copy(migrated_once, path)
    return path

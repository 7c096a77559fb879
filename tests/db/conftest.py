from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support import steady
from support.databases import migrated, migrated_once

from sdlc_lens.db.database import Database

__all__ = ["migrated", "migrated_once", "steady"]


@pytest.fixture
async def database(migrated: Path) -> AsyncIterator[Database]:
    database = Database(migrated)
    yield database
    await database.close()

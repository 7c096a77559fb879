from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support import steady
from support.databases import migrated, migrated_once
from support.event_loop import event_loop, no_task_left

from sdlc_lens.db.database import Database

__all__ = ["event_loop", "migrated", "migrated_once", "no_task_left", "steady"]


@pytest.fixture
async def database(migrated: Path) -> AsyncIterator[Database]:
    database = Database(migrated)
    yield database
    await database.close()

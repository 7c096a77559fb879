"""The service that most tests only read from, and what tests that change something start with."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support.databases import migrated, migrated_once
from support.event_loop import event_loop, no_task_left
from support.port import PORT
from support.services import (
    HARBOUR,
    app,
    client,
    port,
    synced,
    synced_once,
    visiting,
    workspace,
)

__all__ = [
    "app",
    "client",
    "event_loop",
    "migrated",
    "migrated_once",
    "no_task_left",
    "port",
    "synced",
    "synced_once",
    "workspace",
]


@pytest.fixture(scope="session")
async def visitor(
    migrated_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with the projects `harbour` and `port`, which no test changes."""
    projects = {"harbour": HARBOUR, "port": PORT}
    async with visiting(migrated_once, tmp_path_factory.mktemp("visited"), projects) as client:
        yield client

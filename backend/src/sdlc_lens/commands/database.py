"""The database for commands, whether the service is running or not."""

import asyncio
import logging
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

from sdlc_lens.commands.threads import require_threads
from sdlc_lens.db.database import Database
from sdlc_lens.db.file import failure, look, require_writable
from sdlc_lens.db.locks import require_locks
from sdlc_lens.db.readiness import check_readiness
from sdlc_lens.errors import UnusableDatabase
from sdlc_lens.sealing import Keys
from sdlc_lens.settings import Settings, load_settings
from sdlc_lens.sources.git.repository import Policy
from sdlc_lens.sync.runner import Runner

Work = Callable[[Database, Runner, Settings], Awaitable[int]]


def with_database(work: Work) -> int:
    """Do WORK with the configured database; its exit code.

    Raises: SettingError, UnusableDatabase, NoPermission, StorageError, LocksUnsupported, and what
    WORK raises.
    """
    settings = load_settings()
    # Expected failures are in the report; only that goes to standard output.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    require_threads()
    try:
        return asyncio.run(_do(work, settings))
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise failure(settings.database_path, error.orig) from error


async def _do(work: Work, settings: Settings) -> int:
    await _require_ready(settings)
    database = Database(settings.database_path)
    runner = Runner(
        database,
        settings.allowed_project_base,
        Policy.of(settings),
        keys=Keys(settings.token_keys),
    )
    try:
        return await work(database, runner, settings)
    finally:
        await runner.close()
        await database.close()


async def _require_ready(settings: Settings) -> None:
    if os.access(settings.database_path, os.F_OK):
        require_writable(settings.database_path)
        require_locks(settings.database_path)
    found = await check_readiness(settings.database_path)
    if not found.ready:
        look(settings.database_path)  # raises when the file is why
        raise UnusableDatabase(
            f"{settings.database_path}: {found.reason}. Start this version of the service on it, or"
            f" run `python3 -m sdlc_lens migrate`"
        )

"""Syncs registered projects once, while the service runs or without it."""

import argparse
import asyncio
import logging
import os
import sqlite3
import sys

from sqlalchemy.exc import DBAPIError

from sdlc_lens.commands.threads import require_threads
from sdlc_lens.db.database import Database
from sdlc_lens.db.file import failure, look, require_writable
from sdlc_lens.db.locks import require_locks
from sdlc_lens.db.readiness import check_readiness
from sdlc_lens.errors import LensError, UnusableDatabase
from sdlc_lens.queries.projects import get_project, list_projects
from sdlc_lens.queries.syncs import Sync
from sdlc_lens.settings import Settings, load_settings
from sdlc_lens.sync.runner import Runner

DESCRIPTION = """\
Read the workspace of one or all projects, and store what changed. While the service runs:
docker compose exec backend python3 -m sdlc_lens sync --all"""
EXIT_CODES = """\
exit codes:
  0   every project was synced
  1   a project was not synced (its line says why), or does not exist
  65  the database is missing, or this version cannot use it
all exit codes: python3 -m sdlc_lens --help
"""


def run(arguments: list[str]) -> int:
    """Sync the projects that ARGUMENTS name; 0 when each was synced.

    Raises: SettingError, UnusableDatabase, NoPermission, StorageError, LocksUnsupported, NotFound.
    """
    options = _parser().parse_args(arguments)
    settings = load_settings()
    # Expected failures are in the report; only that goes to standard output.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    require_threads()
    try:
        return asyncio.run(_sync(settings, options.slug, confirmed=options.confirm))
    except DBAPIError as error:
        if not isinstance(error.orig, sqlite3.Error):
            raise
        raise failure(settings.database_path, error.orig) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m sdlc_lens sync",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("slug", metavar="SLUG", nargs="?", help="slug of a project")
    which.add_argument("--all", action="store_true", help="all projects, the oldest first")
    parser.add_argument(
        "--confirm", action="store_true", help="sync even if most documents of a workspace are gone"
    )
    return parser


async def _sync(settings: Settings, slug: str | None, *, confirmed: bool) -> int:
    """Sync one project after the other; without SLUG, all of them."""
    await _require_ready(settings)
    database = Database(settings.database_path)
    runner = Runner(database, settings.allowed_project_base)
    try:
        slugs = await _slugs(database, slug)
        outcomes = [await _sync_one(runner, name, confirmed=confirmed) for name in slugs]
    finally:
        await runner.close()
        await database.close()
    return 0 if all(outcomes) else 1


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


async def _slugs(database: Database, slug: str | None) -> list[str]:
    async with database.read() as session:
        if slug is not None:
            return [(await get_project(session, slug)).slug]
        return [project.slug for project in await list_projects(session)]


async def _sync_one(runner: Runner, slug: str, *, confirmed: bool) -> bool:
    """Sync a project and print a line about it; whether it went well."""
    try:
        report = await runner.sync(slug, confirmed=confirmed)
    except LensError as error:
        print(f"sdlc-lens: {slug}: {error}", file=sys.stderr)
        return False
    synced = report.outcome == "synced"
    print(f"{slug}: {_figures(report) if synced else _reason(slug, report)}")
    for path in report.held_back.paths if report.held_back else ():
        print(f"sdlc-lens: {slug}: {path!r}: gone", file=sys.stderr)
    for unread in report.failures:
        print(f"sdlc-lens: {slug}: {unread.path!r}: {unread.reason}", file=sys.stderr)
    return synced


def _reason(slug: str, report: Sync) -> str:
    """Why a project was not synced, and the option of this command that allows it."""
    if report.held_back is None:
        return f"{report.outcome}: {report.message}"
    return (
        f"{report.outcome}: {report.held_back.count} stored documents are gone from the workspace."
        " Nothing was changed: check that the whole workspace is mounted. If they are meant to be"
        f" gone, run `python3 -m sdlc_lens sync --confirm {slug}`"
    )


def _figures(report: Sync) -> str:
    return (
        f"synced: {report.added} added, {report.changed} changed, {report.unchanged} unchanged,"
        f" {report.removed} removed, {report.failed} not read"
    )

"""Syncs registered projects once, while the service runs or without it."""

import argparse
import asyncio
import sys

from sdlc_lens.commands.database import with_database
from sdlc_lens.db.database import Database
from sdlc_lens.errors import LensError, SyncInProgress
from sdlc_lens.queries.projects import get_project, list_projects
from sdlc_lens.queries.syncs import Sync
from sdlc_lens.settings import Settings
from sdlc_lens.sync.runner import RETRY_SECONDS, Runner

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

    Raises: what `with_database` raises, NotFound.
    """
    options = _parser().parse_args(arguments)

    async def sync(database: Database, runner: Runner, _settings: Settings) -> int:
        slugs = await _slugs(database, options.slug)
        outcomes = [await sync_one(runner, slug, confirmed=options.confirm) for slug in slugs]
        return 0 if all(outcomes) else 1

    return with_database(sync)


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


async def _slugs(database: Database, slug: str | None) -> list[str]:
    async with database.read() as session:
        if slug is not None:
            return [(await get_project(session, slug)).slug]
        return [project.slug for project in await list_projects(session)]


async def sync_one(
    runner: Runner, slug: str, *, confirmed: bool = False, waits: bool = False
) -> bool:
    """Sync a project and print a line about it; whether it went well.

    One that WAITS begins when a sync under way is over.
    """
    try:
        if waits:
            report = await _when_free(runner, slug)
        else:
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


async def _when_free(runner: Runner, slug: str) -> Sync:
    while True:
        try:
            return await runner.sync(slug)
        except SyncInProgress:
            await asyncio.sleep(RETRY_SECONDS)


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

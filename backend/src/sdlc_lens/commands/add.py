"""Adds a workspace as a project, and reads it at once."""

import argparse

from sdlc_lens.commands.database import with_database
from sdlc_lens.commands.sync import sync_one
from sdlc_lens.db.database import Database
from sdlc_lens.queries.projects import add_project, list_projects
from sdlc_lens.settings import Settings
from sdlc_lens.slug import require_slug
from sdlc_lens.sources.folder import locate
from sdlc_lens.sync.runner import Runner

DESCRIPTION = """\
Add the workspace in FOLDER as a project called NAME, and read it. A folder that is a project
already keeps its name, and is read again. While the service runs:
docker compose exec backend python3 -m sdlc_lens add "Tide gauge" /data/projects/tide-gauge"""
EXIT_CODES = """\
exit codes:
  0   the project exists, and was synced
  1   the project was not synced or not added (its line says why)
  65  the database is missing, or this version cannot use it
all exit codes: python3 -m sdlc_lens --help
"""


def run(arguments: list[str]) -> int:
    """Add the project that ARGUMENTS describe; 0 when it was synced.

    Raises: what `with_database` raises, Invalid, PathNotFound, Conflict.
    """
    options = _parser().parse_args(arguments)
    name, folder = options.name.strip(), options.folder

    async def add(database: Database, runner: Runner, settings: Settings) -> int:
        slug = require_slug(name)
        locate(folder, settings.allowed_project_base)
        async with database.write() as session:
            known = {project.sdlc_path: project.slug for project in await list_projects(session)}
            if folder not in known:
                await add_project(session, slug, name, folder)
        return 0 if await sync_one(runner, known.get(folder, slug), waits=True) else 1

    return with_database(add)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m sdlc_lens add",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="name of the project; its slug is made of it")
    parser.add_argument("folder", metavar="FOLDER", help="the workspace, as the service sees it")
    return parser

"""Lists the projects."""

import argparse
import sys

from sdlc_lens.commands.database import with_database
from sdlc_lens.db.database import Database
from sdlc_lens.queries.projects import Project, list_projects
from sdlc_lens.settings import Settings
from sdlc_lens.sync.runner import Runner

DESCRIPTION = """\
List the projects, the oldest first: slug, sync state, number of documents, time of the last sync,
folder or repository, and name, separated by tabs."""


def run(arguments: list[str]) -> int:
    """Print a line for each project.

    Raises: what `with_database` raises.
    """
    parser = argparse.ArgumentParser(prog="python3 -m sdlc_lens list", description=DESCRIPTION)
    parser.parse_args(arguments)
    return with_database(_list)


async def _list(database: Database, _runner: Runner, _settings: Settings) -> int:
    async with database.read() as session:
        projects = await list_projects(session)
    for project in projects:
        print(_line(project))
    if not projects:
        hint = "no project yet: run `python3 -m sdlc_lens add NAME FOLDER` or `add OWNER/NAME`"
        print(f"sdlc-lens: {hint}", file=sys.stderr)
    return 0


def _line(project: Project) -> str:
    synced = project.last_synced_at or "never"
    figures = (project.slug, project.sync_status, project.document_count, synced)
    return "\t".join(map(str, (*figures, project.source, project.name)))

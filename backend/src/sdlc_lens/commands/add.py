"""Adds a workspace as a project, and reads it at once."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sdlc_lens.commands.database import with_database
from sdlc_lens.commands.sync import sync_one
from sdlc_lens.db.database import Database
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.projects import add_project, list_projects
from sdlc_lens.queries.sources import in_words, source_columns
from sdlc_lens.settings import Settings
from sdlc_lens.slug import require_slug
from sdlc_lens.sources.folder import locate
from sdlc_lens.sources.git.pasted import names_repository, read_pasted, repository_name
from sdlc_lens.sync.runner import Runner

DESCRIPTION = """\
Add a workspace as a project called NAME, and read it: a folder, or a folder of a git repository.
One that is a project already keeps its name, and is read again. While the service runs:
docker compose exec backend python3 -m sdlc_lens add "Tide gauge" /data/projects/tide-gauge
docker compose exec backend python3 -m sdlc_lens add your-team/harbour@main:docs/sdlc-studio"""
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
    parser = _parser()
    options = parser.parse_args(arguments)
    name, workspace = (options.name or "").strip(), options.workspace
    is_repository = names_repository(workspace)
    if options.name is None and not is_repository:
        parser.error("a folder needs a NAME")

    async def add(database: Database, runner: Runner, settings: Settings) -> int:
        slug = require_slug(name) if name or not is_repository else None
        source = _columns(workspace, settings, is_repository=is_repository)
        title = name or repository_name(source["repo_url"] or "")
        async with database.write() as session:
            known = {_key(asdict(each)): each.slug for each in await list_projects(session)}
            found = known.get(_key(source))
            if found is None:
                found = slug or require_slug(title)
                await add_project(session, found, title, source)
        return 0 if await sync_one(runner, found, waits=True) else 1

    return with_database(add)


def _columns(workspace: str, settings: Settings, *, is_repository: bool) -> dict[str, str | None]:
    """The columns of a project that reads WORKSPACE.

    Raises: Invalid, PathNotFound.
    """
    if not is_repository:
        locate(workspace, settings.allowed_project_base)
        return source_columns({"source_type": "local", "sdlc_path": workspace}, {}, settings)
    url, branch, path = read_pasted(workspace)
    named = {"source_type": "git", "repo_url": url, "repo_branch": branch, "repo_path": path}
    try:
        return source_columns(named, {}, settings)
    except Invalid as error:
        raise Invalid(in_words(error)) from error


def _key(columns: Mapping[str, Any]) -> tuple[str | None, ...]:
    """What a project reads."""
    return tuple(columns[name] for name in ("sdlc_path", "repo_url", "repo_branch", "repo_path"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m sdlc_lens add",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        help="name of the project, of which its slug is made; default: that of the repository",
    )
    parser.add_argument(
        "workspace",
        metavar="FOLDER | REPOSITORY",
        help="the folder as the service sees it, or OWNER/NAME[@BRANCH][:FOLDER] on GitHub, or an"
        " address that starts with https://",
    )
    return parser

"""Where documents of a git repository are from."""

import sqlite3
from dataclasses import dataclass

from sdlc_lens.db.connection import rows

_ORIGIN = "SELECT repo_url, repo_path, commit_id FROM projects WHERE id = :id"


@dataclass(frozen=True, slots=True)
class Origin:
    """The commit that a project's documents were read at, and the workspace's folder in it."""

    repo_url: str
    repo_path: str
    commit_id: str


def get_origin(connection: sqlite3.Connection, project_id: int) -> Origin | None:
    """Where the project's documents are from, if that is a git repository."""
    (found,) = rows(connection, _ORIGIN, {"id": project_id})
    return Origin(**found) if found["commit_id"] else None

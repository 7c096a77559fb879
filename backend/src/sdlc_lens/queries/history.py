"""Where documents of a git repository are from, and what last changed them there."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import update

from sdlc_lens.clock import stamp
from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.tables import projects
from sdlc_lens.sources.git.changes import Change

_ORIGIN = "SELECT repo_url, repo_path, commit_id FROM projects WHERE id = :id"
_LAST_CHANGE = """
SELECT author, changed_at AS at, subject, last_changes.commit_id AS "commit"
FROM last_changes JOIN documents ON documents.id = document_id
    JOIN projects ON projects.id = project_id
WHERE document_id = :id AND last_changes.commit_id IS NOT NULL AND history_commit_id IS NOT NULL
"""
_KNOWN = """
SELECT path FROM documents JOIN last_changes ON document_id = id WHERE project_id = :id
"""
_STORE = """
INSERT OR REPLACE INTO last_changes (document_id, commit_id, author, changed_at, subject)
SELECT id, ?, ?, ?, ? FROM documents WHERE project_id = ? AND path = ?
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """The commit that a project's documents were read at, and the workspace's folder in it."""

    repo_url: str
    repo_path: str
    commit_id: str


@dataclass(frozen=True, slots=True)
class LastChange:
    """The commit that last changed a document's file."""

    author: str
    at: str
    subject: str
    commit: str


def get_origin(connection: sqlite3.Connection, project_id: int) -> Origin | None:
    """Where the project's documents are from, if that is a git repository."""
    (found,) = rows(connection, _ORIGIN, {"id": project_id})
    return Origin(**found) if found["commit_id"] else None


def get_last_change(connection: sqlite3.Connection, document_id: int) -> LastChange | None:
    """What last changed a document; None while that is unknown."""
    found = rows(connection, _LAST_CHANGE, {"id": document_id})
    return LastChange(**found[0]) if found else None


def unchanged_paths(connection: sqlite3.Connection, project_id: int) -> set[str]:
    """The documents that have not changed since the history was last read: a sync replaces the
    row of one that has.
    """
    return {row["path"] for row in rows(connection, _KNOWN, {"id": project_id})}


async def store_changes(
    session: WriteSession,
    project_id: int,
    commit_id: str,
    commits: int,
    changes: Mapping[str, Change | None],
) -> None:
    """Store the last CHANGES as of a commit; nothing, if the project is at another one by now."""
    at_commit = projects.c.id == project_id, projects.c.commit_id == commit_id
    values = {"history_commit_id": commit_id, "history_commits": commits}
    stored = update(projects).where(*at_commit).values(values).returning(projects.c.id)
    if await session.scalar(stored) is None:
        return
    found = [(*_columns(change), project_id, path) for path, change in changes.items()]

    def store(connection: sqlite3.Connection) -> None:
        connection.executemany(_STORE, found)

    await session.run(store)


def _columns(change: Change | None) -> tuple[str | None, ...]:
    if change is None:
        return (None,) * 4
    return change.commit_id, change.author, stamp(change.at), change.subject

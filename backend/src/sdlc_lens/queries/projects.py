"""Queries on projects."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.db.tables import projects
from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.errors import Conflict, NotFound
from sdlc_lens.queries.ingest import remove_all_documents
from sdlc_lens.sealing import KEY_ID_LENGTH
from sdlc_lens.sources.git.place import Place

_NOT_SHOWN = {"lease", "vocabulary", "adopt_after", "sealed_token"}
_SOURCE = {"sdlc_path", "repo_url", "repo_branch", "repo_path"}
_OF_A_SOURCE = dict.fromkeys(
    ("lease", "lease_ends_at", "commit_id", "committed_at", "history_commit_id", "history_commits")
)
_PROJECTS = f"""
SELECT {", ".join(column.name for column in projects.c if column.name not in _NOT_SHOWN)},
    (SELECT count(*) FROM documents WHERE project_id = projects.id) AS document_count,
    substr(coalesce(sealed_token, (SELECT sealed_token FROM connections WHERE id = connection_id)),
        1, {KEY_ID_LENGTH}) AS sealed_by
FROM projects WHERE slug = coalesce(:slug, slug) ORDER BY created_at, id
"""
_CONFIGURATION = """
SELECT schema_version, profile, vocabulary, adopt_after FROM projects WHERE id = :id
"""


@dataclass(frozen=True)
class Project:
    """One registered workspace."""

    id: int
    slug: str
    name: str
    source_type: str
    sdlc_path: str | None
    synced_path: str | None
    repo_url: str | None
    repo_branch: str | None
    repo_path: str | None
    commit_id: str | None
    committed_at: str | None
    history_commit_id: str | None
    history_commits: int | None
    auto_sync: bool
    schema_version: int | None
    profile: str | None
    warnings: tuple[str, ...]
    sync_status: str
    sync_error: str | None
    lease_ends_at: str | None
    last_synced_at: str | None
    created_at: str
    revision: int
    document_count: int
    connection_id: int | None
    masked_token: str | None
    access_token_name: str | None
    sealed_by: str | None

    @property
    def place(self) -> Place | None:
        """Where its workspace is, if that is in a git repository."""
        if self.repo_url is None or self.repo_path is None:
            return None
        return Place(self.repo_url, self.repo_branch, self.repo_path, self.credential)

    @property
    def credential(self) -> str | None:
        """Which token it is read with: projects with the same one may share an exchange."""
        if self.masked_token is not None:
            return f"project {self.id}"
        if self.connection_id is not None:
            return f"connection {self.connection_id}"
        return self.access_token_name

    @property
    def source(self) -> str:
        """What it reads; `synced_path` is what was read last."""
        return str(self.place or self.sdlc_path)


async def list_projects(session: ReadSession) -> list[Project]:
    """Every project, the oldest first."""
    return [_project(row) for row in await session.run(rows, _PROJECTS, {"slug": None})]


async def get_project(session: ReadSession, slug: str) -> Project:
    """The project called SLUG."""
    found = await session.run_here(rows, _PROJECTS, {"slug": slug})
    if not found:
        raise unknown_project(slug)
    return _project(found[0])


def get_project_id(connection: sqlite3.Connection, slug: str) -> int:
    """The id of the project called SLUG."""
    found = rows(connection, "SELECT id FROM projects WHERE slug = :slug", {"slug": slug})
    if not found:
        raise unknown_project(slug)
    return int(found[0]["id"])


async def get_configuration(session: ReadSession, project_id: int) -> Configuration:
    """The settings of the project's workspace, as they were last synced."""
    (found,) = await session.run_here(rows, _CONFIGURATION, {"id": project_id})
    values = dict(found)
    added = json.loads(values.pop("vocabulary"))
    return Configuration(**values, additions={name: tuple(own) for name, own in added.items()})


async def add_project(
    session: WriteSession, slug: str, name: str, source: str | Mapping[str, str | None]
) -> Project:
    """Store a new project that reads SOURCE: a local folder, or what its columns are."""
    if isinstance(source, str):
        source = {"source_type": "local", "sdlc_path": source}
    row = {"slug": slug, "name": name, **source}
    try:
        await session.execute(insert(projects).values(row | {"created_at": stamp(now())}))
    except IntegrityError as error:
        raise Conflict(
            f"a project with the slug {slug!r} exists already. Choose another name"
        ) from error
    return await get_project(session, slug)


async def change_project(session: WriteSession, slug: str, values: Mapping[str, Any]) -> Project:
    """Give the project called SLUG new values.

    Another source ends a sync of the former one; the project stands at none of its commits.
    """
    project = await get_project(session, slug)
    if replace(project, **_of_source(values)).source != project.source:
        values = {**values, **_OF_A_SOURCE}
    if values:
        await session.execute(update(projects).where(projects.c.id == project.id).values(values))
    return await get_project(session, slug)


async def remove_project(session: WriteSession, slug: str) -> None:
    """Delete the project called SLUG, its documents and their index entries."""
    project = await get_project(session, slug)
    await session.run(remove_all_documents, project.id)
    await session.execute(delete(projects).where(projects.c.id == project.id))


async def add_revision(session: WriteSession, project_id: int) -> int:
    """Count a change of what is stored of the project that no sync has made; the new revision."""
    values = {"revision": projects.c.revision + 1}
    changed = update(projects).where(projects.c.id == project_id).values(values)
    revision: int = await session.scalar(changed.returning(projects.c.revision))
    return revision


def _of_source(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in values.items() if name in _SOURCE}


def unknown_project(slug: str) -> NotFound:
    """The error for a slug that no project has."""
    return NotFound(f"project {slug[:200]!r} does not exist")


def _project(row: sqlite3.Row) -> Project:
    """A project is `syncing` while it has a lease that has not ended."""
    values = dict(row)
    values["warnings"] = tuple(json.loads(row["warnings"]))
    values["auto_sync"] = bool(row["auto_sync"])
    if row["lease_ends_at"] and row["lease_ends_at"] > stamp(now()):
        values["sync_status"] = "syncing"
    return Project(**values)

"""The facts that the health check reads, and its stored reports."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.db.tables import documents, health_reports, projects
from sdlc_lens.domain.checks.corpus import Facts
from sdlc_lens.domain.checks.rules.table import RULES_VERSION
from sdlc_lens.domain.documents.references import MENTION, Link
from sdlc_lens.queries.projects import unknown_project

_FIELDS = tuple(field.name for field in fields(Facts) if field.name in documents.c)
_FACTS = f"SELECT id, {', '.join(_FIELDS)} FROM documents WHERE project_id = ?"
_REFS = """
SELECT document_id, document_refs.ref FROM documents JOIN document_refs ON document_id = id
WHERE project_id = ? ORDER BY document_id, document_refs.ref
"""
_REFERENCES = f"""
SELECT document_id, relation, target, document_links.path, candidate
FROM documents JOIN document_links ON document_id = id
WHERE project_id = ? AND relation <> '{MENTION}' ORDER BY document_id, position
"""
_STANDING = f"""
SELECT projects.id AS project_id, projects.revision, last_synced_at, report
FROM projects LEFT JOIN health_reports ON health_reports.project_id = projects.id
    AND health_reports.revision = projects.revision AND rules_version = {RULES_VERSION}
WHERE slug = :slug
"""
_SUMMARIES = f"""
SELECT id, substr(report, 1, instr(report || char(10), char(10)) - 1) AS summary
FROM projects JOIN health_reports ON project_id = id AND health_reports.revision = projects.revision
WHERE rules_version = {RULES_VERSION} AND projects.id = coalesce(:id, projects.id)
"""


@dataclass(frozen=True)
class Standing:
    """A project as it was last synced, and the report on that state, if it has been made."""

    project_id: int
    revision: int
    last_synced_at: str | None
    report: str | None


async def get_standing(session: ReadSession, slug: str) -> Standing:
    """How the project called SLUG stands; reports on former states or by former rules are none."""
    found = await session.run(rows, _STANDING, {"slug": slug})
    if not found:
        raise unknown_project(slug)
    return Standing(**found[0])


async def get_summaries(session: ReadSession, project_id: int | None = None) -> dict[int, str]:
    """The first lines of the reports on present states, of all projects or one, by project.

    They hold everything but the findings.
    """
    found = await session.run(rows, _SUMMARIES, {"id": project_id})
    return {row["id"]: row["summary"] for row in found}


def read_facts(connection: sqlite3.Connection, project_id: int) -> Iterator[Facts]:
    """The facts of every document of a project; for functions of `ReadSession.run`."""
    known: dict[Any, Any] = {}
    once = known.setdefault  # equal texts, such as ids, paths and statuses, are kept in memory once
    refs: dict[int, list[str]] = defaultdict(list)
    for document_id, ref in connection.execute(_REFS, (project_id,)):
        refs[document_id].append(once(ref, ref))
    references: dict[int, list[Link]] = defaultdict(list)
    for document_id, relation, target, path, candidate in connection.execute(
        _REFERENCES, (project_id,)
    ):
        link = Link(once(relation, relation), once(target, target), once(path, path), candidate)
        references[document_id].append(link)
    for document_id, *values in connection.execute(_FACTS, (project_id,)):
        texts_once = (once(each, each) if type(each) is str else each for each in values)
        yield Facts(
            **dict(zip(_FIELDS, texts_once, strict=True)),
            refs=tuple(refs.pop(document_id, ())),
            references=tuple(references.pop(document_id, ())),
        )


async def has_report(session: ReadSession, project_id: int, revision: int) -> bool:
    """Whether the report on that state of a project is stored."""
    query = """
        SELECT 1 FROM health_reports
        WHERE project_id = :project_id AND revision = :revision AND rules_version = :rules
    """
    values = {"project_id": project_id, "revision": revision, "rules": RULES_VERSION}
    return bool(await session.run(rows, query, values))


async def store_report(session: WriteSession, project_id: int, revision: int, report: str) -> None:
    """Store the report on a state of a project; nothing happens if the project was removed."""
    row = {"revision": revision, "rules_version": RULES_VERSION, "report": report}
    known = await session.scalar(select(projects.c.id).where(projects.c.id == project_id))
    if known is not None:
        statement = insert(health_reports)
        new = {name: statement.excluded[name] for name in row}
        stored = statement.on_conflict_do_update(index_elements=["project_id"], set_=new)
        # As a parameter: SQLAlchemy keeps a statement, and would keep a report that is part of it.
        await session.execute(stored, row | {"project_id": project_id})

"""What the health check reads of a project, and its reports."""

import json
import sqlite3
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import WriteSession
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.db.tables import documents, health_reports, projects
from sdlc_lens.domain.checks.corpus import Facts
from sdlc_lens.domain.checks.rules.table import RULES_VERSION
from sdlc_lens.domain.documents.references import MENTION, Link
from sdlc_lens.errors import NotFound

# One row a document: its references and refs as JSON.
_FACTS = f"""
SELECT {", ".join(field.name for field in fields(Facts) if field.name in documents.c)},
    (SELECT json_group_array(ref) FROM document_refs WHERE document_id = id) AS refs,
    (
        SELECT json_group_array(json_array({", ".join(Link._fields)})) FROM document_links
        WHERE document_id = documents.id AND relation != '{MENTION}'
    ) AS "references"
FROM documents WHERE project_id = :project_id
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
WHERE rules_version = {RULES_VERSION}
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
        raise NotFound(f"there is no project {slug[:200]!r}")
    return Standing(**found[0])


async def get_summaries(session: ReadSession) -> dict[int, str]:
    """The first lines of all reports on present states, which hold all but findings, by project."""
    return {row["id"]: row["summary"] for row in await session.run(rows, _SUMMARIES, {})}


async def read_facts(session: ReadSession, project_id: int) -> list[sqlite3.Row]:
    """Every document of a project."""
    return await session.run(rows, _FACTS, {"project_id": project_id})


def facts(row: sqlite3.Row) -> Facts:
    """What `read_facts` read of a document."""
    refs = frozenset(json.loads(row["refs"]))
    references = tuple(Link(*link) for link in json.loads(row["references"]))
    return Facts(**{**dict(row), "refs": refs, "references": references})


async def store_report(session: WriteSession, standing: Standing, report: str) -> None:
    """Keep the report on a state of a project; nothing happens when the project is gone."""
    values = {"revision": standing.revision, "rules_version": RULES_VERSION, "report": report}
    known = await session.scalar(select(projects.c.id).where(projects.c.id == standing.project_id))
    if known is not None:
        await session.execute(
            insert(health_reports)
            .values(project_id=standing.project_id, **values)
            .on_conflict_do_update(index_elements=["project_id"], set_=values)
        )

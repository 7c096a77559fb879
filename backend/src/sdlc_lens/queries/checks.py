"""What the health check reads of a project, and its reports."""

import json
from dataclasses import dataclass, fields

from sqlalchemy import RowMapping, and_, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from sdlc_lens.db.database import ReadSession, WriteSession, rows
from sdlc_lens.db.tables import document_links, document_refs, documents, health_reports, projects
from sdlc_lens.domain.checks.corpus import Facts
from sdlc_lens.domain.checks.rules.table import RULES_VERSION
from sdlc_lens.domain.documents.references import MENTION, Link
from sdlc_lens.errors import NotFound

_ROWS_AT_ONCE = 500
_REFS = (
    select(func.json_group_array(document_refs.c.ref))
    .where(document_refs.c.document_id == documents.c.id)
    .scalar_subquery()
)
_REFERENCES = (
    select(
        func.json_group_array(func.json_array(*(document_links.c[name] for name in Link._fields)))
    )
    .where(document_links.c.document_id == documents.c.id)
    .where(document_links.c.relation != MENTION)
    .scalar_subquery()
)
# One row a document: its references and refs as JSON.
_FACTS = select(
    *(documents.c[field.name] for field in fields(Facts) if field.name in documents.c),
    _REFS.label("refs"),
    _REFERENCES.label("references"),
).where(documents.c.project_id == bindparam("project_id"))
_STANDING = (
    select(
        projects.c.id.label("project_id"),
        projects.c.revision,
        projects.c.last_synced_at,
        health_reports.c.report,
    )
    .outerjoin_from(
        projects,
        health_reports,
        and_(
            health_reports.c.project_id == projects.c.id,
            health_reports.c.revision == projects.c.revision,
            health_reports.c.rules_version == RULES_VERSION,
        ),
    )
    .where(projects.c.slug == bindparam("slug"))
)


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
    row = (await session.execute(_STANDING, {"slug": slug})).mappings().one_or_none()
    if row is None:
        raise NotFound(f"there is no project {slug[:200]!r}")
    return Standing(**row)


async def get_summaries(session: ReadSession) -> dict[int, str]:
    """The first lines of all reports on present states, which hold all but findings, by project."""
    return {row["id"]: row["summary"] for row in await session.run(rows, _SUMMARIES, {})}


async def read_facts(session: ReadSession, project_id: int) -> list[RowMapping]:
    """Every document of a project, in portions, between which the event loop gets its turn."""
    found: list[RowMapping] = []
    result = await session.stream(_FACTS, {"project_id": project_id})
    async for portion in result.mappings().partitions(_ROWS_AT_ONCE):
        found.extend(portion)
    return found


def facts(row: RowMapping) -> Facts:
    """What `read_facts` read of a document."""
    refs = frozenset(json.loads(row["refs"]))
    references = tuple(Link(*link) for link in json.loads(row["references"]))
    return Facts(**{**row, "refs": refs, "references": references})


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

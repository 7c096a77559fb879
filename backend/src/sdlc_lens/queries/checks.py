"""What the health check reads of a project, and its reports."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from sdlc_lens.db.database import ReadSession, WriteSession
from sdlc_lens.db.tables import document_links, document_refs, documents, health_reports, projects
from sdlc_lens.domain.checks.corpus import Facts
from sdlc_lens.domain.checks.rules.table import RULES_VERSION
from sdlc_lens.domain.documents.references import MENTION, Link
from sdlc_lens.errors import NotFound

FactsRow = Sequence[Any]

_ROWS_AT_ONCE = 500
_FACTS = (
    documents.c.path,
    documents.c.type,
    documents.c.doc_id,
    documents.c.title,
    documents.c.ref,
    documents.c.status,
    documents.c.owner,
    documents.c.priority,
    documents.c.story_points,
    documents.c.content_length,
)
_STANDING = (
    select(projects.c.id, projects.c.revision, projects.c.last_synced_at, health_reports.c.report)
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


@dataclass(frozen=True)
class Standing:
    """A project as it was last synced, and the report on that state, if it has been made."""

    project_id: int
    revision: int
    last_synced_at: str | None
    report: str | None


async def get_standing(session: ReadSession, slug: str) -> Standing:
    """How the project called SLUG stands; reports on former states or by former rules are none."""
    row = (await session.execute(_STANDING, {"slug": slug})).one_or_none()
    if row is None:
        raise NotFound(f"there is no project {slug[:200]!r}")
    return Standing(*row)


async def read_facts(session: ReadSession, project_id: int) -> list[FactsRow]:
    """Every document of a project, in portions, between which the event loop gets its turn."""
    rows: list[FactsRow] = []
    result = await session.stream(_facts(project_id))
    async for portion in result.partitions(_ROWS_AT_ONCE):
        rows.extend(portion)
    return rows


def facts(row: FactsRow) -> Facts:
    """What `read_facts` read of a document."""
    *values, refs, references = row
    values += [frozenset(json.loads(refs)), tuple(Link(*pair) for pair in json.loads(references))]
    return Facts(*values)


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


def _facts(project_id: int) -> Select[tuple[object, ...]]:
    """One row a document: its references and refs as JSON."""
    refs = (
        select(func.json_group_array(document_refs.c.ref))
        .where(document_refs.c.document_id == documents.c.id)
        .scalar_subquery()
    )
    pair = func.json_array(document_links.c.relation, document_links.c.target)
    references = (
        select(func.json_group_array(pair))
        .where(document_links.c.document_id == documents.c.id)
        .where(document_links.c.relation != MENTION)
        .scalar_subquery()
    )
    return select(*_FACTS, refs, references).where(documents.c.project_id == project_id)

"""Queries that count documents, answered from an index alone."""

import sqlite3
from dataclasses import fields

from sdlc_lens.db.connection import rows
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.statistics import Count

_CRITERIA = [field.name for field in fields(CriteriaCounts)]
_COUNTS = f"""
SELECT project_id, type, status, severity,
    count(*) AS documents,
    coalesce(sum(story_points), 0.0) AS points,
    max(records_verification) AS records_verification,
    sum(is_unproven) AS unproven,
    {", ".join(f"coalesce(sum(criteria_counts ->> '{name}'), 0) AS {name}" for name in _CRITERIA)}
FROM documents {{condition}} GROUP BY project_id, type, status, severity
"""
_ALL, _OF_ONE = _COUNTS.format(condition=""), _COUNTS.format(condition="WHERE project_id = :id")


async def count_documents(session: ReadSession, project_id: int | None = None) -> list[Count]:
    """The documents of one project or of all, by project, type, status and severity."""
    return await session.run(_count_documents, project_id)


def _count_documents(connection: sqlite3.Connection, project_id: int | None) -> list[Count]:
    counts = []
    statement = _ALL if project_id is None else _OF_ONE
    for row in map(dict, rows(connection, statement, {"id": project_id})):
        criteria = CriteriaCounts(**{name: row.pop(name) for name in _CRITERIA})
        counts.append(Count(**row, criteria=criteria))
    return counts

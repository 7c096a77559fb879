"""Queries that count documents."""

import json
import sqlite3
from dataclasses import fields

from sdlc_lens.db.database import ReadSession, rows
from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.statistics import Count

_CRITERIA = [field.name for field in fields(CriteriaCounts)]
_COUNTS = f"""
SELECT project_id, type, status, CASE type WHEN 'bug' THEN severity END AS severity,
    count(*) AS documents,
    coalesce(sum(story_points), 0.0) AS points,
    max(records_verification) AS records_verification,
    sum(is_unproven) AS unproven,
    {", ".join(f"coalesce(sum(criteria_counts ->> '{name}'), 0) AS {name}" for name in _CRITERIA)}
FROM documents WHERE project_id IN (SELECT value FROM json_each(:ids)) GROUP BY 1, 2, 3, 4
"""


async def count_documents(session: ReadSession, *project_ids: int) -> list[Count]:
    """The documents of these projects, by project, type, status and, for bugs, severity."""
    return await session.run(_count_documents, json.dumps(project_ids))


def _count_documents(connection: sqlite3.Connection, project_ids: str) -> list[Count]:
    counts = []
    for row in map(dict, rows(connection, _COUNTS, {"ids": project_ids})):
        criteria = CriteriaCounts(**{name: row.pop(name) for name in _CRITERIA})
        counts.append(Count(**row, criteria=criteria))
    return counts

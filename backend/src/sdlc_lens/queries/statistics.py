"""Queries that count documents, answered from an index alone."""

import sqlite3
from dataclasses import fields

from sdlc_lens.db.connection import rows
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.statistics import Count

_OUTCOMES = [field.name for field in fields(CriteriaCounts)]
_KEY = ("project_id", "type", "status", "severity")
_COUNTS = f"""
SELECT {", ".join(_KEY)},
    count(*) AS documents,
    coalesce(sum(story_points), 0.0) AS points,
    max(records_verification) AS records_verification,
    sum(is_unproven) AS unproven
FROM documents WHERE {{condition}} GROUP BY {", ".join(_KEY)}
"""
# Apart from the other counts: to read JSON takes longer than they do, and only stories' criteria
# are shown.
_CRITERIA = f"""
SELECT {", ".join(_KEY)},
    {", ".join(f"coalesce(sum(criteria_counts ->> '{name}'), 0) AS {name}" for name in _OUTCOMES)}
FROM documents WHERE type = 'story' AND {{condition}} GROUP BY {", ".join(_KEY)}
"""


async def count_documents(session: ReadSession, project_id: int | None = None) -> list[Count]:
    """The documents of one project or of all, by project, type, status and severity.

    Criteria are counted of stories alone.
    """
    return await session.run(_count_documents, project_id)


def _count_documents(connection: sqlite3.Connection, project_id: int | None) -> list[Count]:
    condition = "true" if project_id is None else "project_id = :id"
    values = {"id": project_id}
    criteria = {
        tuple(row[name] for name in _KEY): CriteriaCounts(**{name: row[name] for name in _OUTCOMES})
        for row in rows(connection, _CRITERIA.format(condition=condition), values)
    }
    none = CriteriaCounts()
    return [
        Count(**row, criteria=criteria.get(tuple(row[name] for name in _KEY), none))
        for row in rows(connection, _COUNTS.format(condition=condition), values)
    ]

"""Queries that count documents, answered from an index alone."""

from sqlalchemy import func, select

from sdlc_lens.db.database import ReadSession
from sdlc_lens.db.tables import documents
from sdlc_lens.domain.statistics import Count

_GROUP = (documents.c.project_id, documents.c.type, documents.c.status)


async def count_documents(session: ReadSession, project_id: int | None = None) -> list[Count]:
    """The documents of one project or of all, by project, type and status."""
    points = func.coalesce(func.sum(documents.c.story_points), 0.0)
    query = select(*_GROUP, func.count(), points).group_by(*_GROUP)
    if project_id is not None:
        query = query.where(documents.c.project_id == project_id)
    return [Count(*row) for row in await session.execute(query)]

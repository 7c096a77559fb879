"""Figures of whole projects, gathered once for each state of their documents."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Concatenate

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.statistics import Count, Statistics, summarise
from sdlc_lens.queries.projects import Project
from sdlc_lens.queries.statistics import count_documents

MOST_KEPT = 16


class Gathered[Found, **Choice]:
    """Keeps the figures of the projects that were asked for last, until a sync changes them."""

    def __init__(
        self,
        gather: Callable[Concatenate[ReadSession, int, Choice], Awaitable[Found]],
        most: int = MOST_KEPT,
    ) -> None:
        self._gather = gather
        self._most = most
        self._kept: OrderedDict[tuple[object, ...], Found] = OrderedDict()

    async def get(
        self,
        session: ReadSession,
        project: Project,
        *chosen: Choice.args,
        **named: Choice.kwargs,
    ) -> Found:
        """The figures of PROJECT, as SESSION sees it."""
        key = (project.id, project.created_at, project.revision, *chosen)  # ids are given again
        if key not in self._kept:
            self._kept[key] = await self._gather(session, project.id, *chosen, **named)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


@dataclass(frozen=True)
class Counted:
    """The documents of a project by type, status and severity, and sums over them."""

    counts: list[Count]
    statistics: Statistics


async def gather_counts(session: ReadSession, project_id: int) -> Counted:
    """The documents of a project, counted."""
    counts = await count_documents(session, project_id)
    return Counted(counts, summarise(counts))

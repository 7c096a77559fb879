"""What pages show of a whole project, gathered once for each state of its documents."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sdlc_lens.db.database import ReadSession
from sdlc_lens.domain.statistics import Count
from sdlc_lens.queries.documents.listing import DocumentItem, Selection, list_documents
from sdlc_lens.queries.progress import EpicCount, Waiting, count_by_epic, list_waiting
from sdlc_lens.queries.projects import Project
from sdlc_lens.queries.statistics import count_documents
from sdlc_lens.queries.trace import Trace, trace

MOST_EPICS = 1000
MOST_LATEST = 5
MOST_KEPT = 8


@dataclass(frozen=True)
class Figures:
    """What the overview of a project is made from."""

    counts: list[Count]
    epics: list[DocumentItem]
    by_epic: list[EpicCount]
    latest: list[DocumentItem]
    waiting: list[Waiting]


class Gathered[Found]:
    """Keeps what was gathered of the projects asked for last, until a sync changes them."""

    def __init__(self, gather: Callable[[ReadSession, int], Awaitable[Found]]) -> None:
        self._gather = gather
        self._kept: OrderedDict[tuple[int, str, int], Found] = OrderedDict()

    async def get(self, session: ReadSession, project: Project) -> Found:
        """What is known of PROJECT as SESSION sees it."""
        key = (project.id, project.created_at, project.revision)  # ids are given again
        if key not in self._kept:
            self._kept[key] = await self._gather(session, project.id)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


async def gather_figures(session: ReadSession, project_id: int) -> Figures:
    """The figures of a project."""
    epics = Selection(types=["epic"], sort="doc_id", descending=False)
    return Figures(
        counts=await count_documents(session, project_id),
        epics=(await session.run(list_documents, project_id, epics, 0, MOST_EPICS))[1],
        by_epic=await session.run(count_by_epic, project_id),
        latest=(await session.run(list_documents, project_id, Selection(), 0, MOST_LATEST))[1],
        waiting=await session.run(list_waiting, project_id),
    )


async def gather_trace(session: ReadSession, project_id: int) -> Trace:
    """The traceability matrix of a project."""
    return await session.run(trace, project_id)

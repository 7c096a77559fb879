"""A project's figures, gathered once for each state of its documents."""

from collections import OrderedDict
from dataclasses import dataclass

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.statistics import Count
from sdlc_lens.queries.documents.listing import DocumentItem, Selection, list_documents
from sdlc_lens.queries.progress import EpicCount, Waiting, count_by_epic, list_waiting
from sdlc_lens.queries.projects import Project
from sdlc_lens.queries.statistics import count_documents

MOST_EPICS = 1000
MOST_LATEST = 5
MOST_KEPT = 16


@dataclass(frozen=True)
class Figures:
    """What the overview of a project is made from."""

    counts: list[Count]
    epics: list[DocumentItem]
    by_epic: list[EpicCount]
    latest: list[DocumentItem]
    waiting: list[Waiting]


class GatheredFigures:
    """Keeps the figures of the projects that were asked for last, until a sync changes them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str, int], Figures] = OrderedDict()

    async def get(self, session: ReadSession, project: Project) -> Figures:
        """The figures of PROJECT as SESSION sees it."""
        key = (project.id, project.created_at, project.revision)  # ids are given again
        if key not in self._kept:
            self._kept[key] = await _gather(session, project.id)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


async def _gather(session: ReadSession, project_id: int) -> Figures:
    epics = Selection(types=["epic"], sort="doc_id", descending=False)
    return Figures(
        counts=await count_documents(session, project_id),
        epics=(await session.run(list_documents, project_id, epics, 0, MOST_EPICS))[1],
        by_epic=await session.run(count_by_epic, project_id),
        latest=(await session.run(list_documents, project_id, Selection(), 0, MOST_LATEST))[1],
        waiting=await session.run(list_waiting, project_id),
    )

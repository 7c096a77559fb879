"""One project: how does it stand?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.clock import now
from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.checks.report import from_text
from sdlc_lens.domain.documents.kinds import ARTEFACTS
from sdlc_lens.domain.statistics import Count, Statistics, summarise
from sdlc_lens.queries.checks import get_summaries
from sdlc_lens.queries.documents.listing import (
    FURTHEST,
    NOTHING,
    DocumentItem,
    Selection,
    list_documents,
)
from sdlc_lens.queries.progress import EpicCount, Waiting, count_by_epic, list_waiting
from sdlc_lens.queries.projects import get_project
from sdlc_lens.queries.statistics import count_documents
from sdlc_lens.queries.syncs import last_sync
from sdlc_lens.web.charts import Bar, status_bar, story_bar
from sdlc_lens.web.figures import Gathered
from sdlc_lens.web.forms import MOST_VALUES
from sdlc_lens.web.portfolio import stories
from sdlc_lens.web.render import page, table
from sdlc_lens.web.words import TYPES, short_id

MOST_EPICS_SHOWN = 30
MOST_NAMED = MOST_LATEST = 5
_CSV = ("epic", "title", "status", "stories", "delivered", "not proven", "points")


@dataclass(frozen=True)
class EpicRow:
    """An epic and its stories; `epic` is None for stories whose epic is missing.

    `names` are the values of the field by which its stories are listed.
    """

    epic: DocumentItem | None
    names: tuple[str, ...]
    bar: Bar
    points: float

    @property
    def named_bar(self) -> tuple[str, Bar]:
        """Its name, and its bar."""
        return (short_id(self.epic.doc_id) if self.epic else "no epic"), self.bar

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do in it."""
        return self.bar.delivered + self.bar.count("dropped") == self.bar.total > 0


@dataclass(frozen=True)
class Figures:
    """The figures of a project's documents."""

    statistics: Statistics
    bar: Bar
    rows: list[EpicRow]
    types: list[tuple[str, Bar]]
    blocked: list[Waiting]
    longest: list[Waiting]
    latest: list[DocumentItem]


async def overview(request: Request, gathered: Gathered[Figures, []]) -> Response:
    """The page, or its epics as CSV."""
    slug = request.path_params["slug"]
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        figures = await gathered.get(session, project)
        sync = await last_sync(session, project.id)
        checked = (await get_summaries(session, project.id)).get(project.id)
    if request.query_params.get("format") == "csv":
        return table(request, f"{slug}-epics", _CSV, map(_line, figures.rows))
    if checked is None:
        report = await request.app.state.health_checks.report(slug)
    else:
        report = from_text(checked).as_of(project.last_synced_at, now())
    return page(
        request,
        "overview/page.html",
        project=project,
        tab="overview",
        figures=figures,
        statistics=figures.statistics,
        rows=sorted(figures.rows, key=lambda row: row.is_finished)[:MOST_EPICS_SHOWN],
        report=report,
        most_named=MOST_NAMED,
        sync=sync,
    )


async def gather_figures(session: ReadSession, project_id: int) -> Figures:
    """The figures of a project."""
    counts = await count_documents(session, project_id)
    statistics = summarise(counts)
    selection = Selection(types=["epic"], sort="doc_id", descending=False)
    _, epics = await session.run(list_documents, project_id, selection, 0, FURTHEST)
    by_epic = await session.run(count_by_epic, project_id)
    waiting = await session.run(list_waiting, project_id)
    return Figures(
        statistics,
        story_bar(stories(counts), statistics.unproven),
        _epic_rows(epics, by_epic, records=statistics.unproven is not None),
        _types(counts, statistics.unproven),
        [found for found in waiting if found.is_blocked],
        _longest(waiting),
        (await session.run(list_documents, project_id, Selection(), 0, MOST_LATEST))[1],
    )


def _epic_rows(
    epics: Iterable[DocumentItem], counts: Iterable[EpicCount], *, records: bool
) -> list[EpicRow]:
    """A row for each epic, the last one for stories without."""
    own: dict[str | None, list[EpicCount]] = defaultdict(list)
    known = {epic.ref for epic in epics}
    for count in counts:
        own[count.epic if count.epic in known else None].append(count)
    rows = [_epic_row(epic, own.pop(epic.ref, []), records=records) for epic in epics]
    if own[None]:
        rows.append(_epic_row(None, own[None], records=records))
    return rows


def _epic_row(epic: DocumentItem | None, counts: list[EpicCount], *, records: bool) -> EpicRow:
    unproven = sum(count.unproven for count in counts) if records else None
    bar = story_bar(((count.status, count.stories) for count in counts), unproven)
    names = sorted({count.epic or NOTHING for count in counts})[:MOST_VALUES]
    return EpicRow(epic, tuple(names), bar, sum(count.points for count in counts))


def _types(counts: Iterable[Count], unproven: int | None) -> list[tuple[str, Bar]]:
    """A bar for each type that has a lifecycle."""
    own: dict[str, list[tuple[str | None, int]]] = defaultdict(list)
    for count in counts:
        own[count.type].append((count.status, count.documents))
    return [
        (name, story_bar(own[name], unproven) if name == "story" else status_bar(name, own[name]))
        for name in TYPES
        if name in ARTEFACTS and name in own
    ]


def _longest(waiting: Iterable[Waiting]) -> list[Waiting]:
    """What is open for longest, by the field `Created`."""
    dated = [found for found in waiting if found.created is not None]
    return sorted(dated, key=lambda found: (found.created or "", found.doc_id))[:MOST_NAMED]


def _line(row: EpicRow) -> tuple[object, ...]:
    epic = row.epic
    names = (epic.doc_id, epic.title, epic.status) if epic else ("", "no epic", "")
    recorded = row.bar.count("unrecorded") == 0
    unproven = row.bar.count("unproven") if recorded else "proof not recorded"
    return (*names, row.bar.total, row.bar.delivered, unproven, row.points)

"""All projects: how do they stand?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.clock import now
from sdlc_lens.domain.checks.report import Report, from_text
from sdlc_lens.domain.statistics import Count, Statistics, summarise
from sdlc_lens.queries.checks import get_summaries
from sdlc_lens.queries.projects import Project, list_projects
from sdlc_lens.web.charts import Bar, story_bar
from sdlc_lens.web.figures import Counted, Gathered
from sdlc_lens.web.forms import sorting
from sdlc_lens.web.render import page, table
from sdlc_lens.web.words import SYNC_STATES


@dataclass(frozen=True)
class Row:
    """A project with its figures."""

    project: Project
    statistics: Statistics
    bar: Bar
    report: Report | None

    @property
    def bugs(self) -> int:
        """How many bugs are open."""
        return sum(self.statistics.open_bugs.values())

    @property
    def share(self) -> float:
        """The share of its stories that are delivered."""
        return self.statistics.delivered / self.bar.total if self.bar.total else 0.0


COLUMNS: dict[str, Callable[[Row], tuple[object, ...]]] = {
    "name": lambda row: (row.project.name.casefold(),),
    "stories": lambda row: (row.share, row.bar.total),
    "unproven": lambda row: (row.statistics.unproven is None, row.statistics.unproven or 0),
    "bugs": lambda row: (row.bugs,),
    "grade": lambda row: (row.report is not None, row.report.grade if row.report else 0),
    "synced": lambda row: (row.project.last_synced_at or "",),
}
_CSV = ("project", "slug", "stories", "delivered", "dropped", "not proven", "open bugs", "grade",
        "gate", "documents", "last synced", "sync state", "folder")  # fmt: skip


async def portfolio(request: Request, counted: Gathered[Counted, []]) -> Response:
    """The page, or its rows as CSV."""
    column, descending = sorting(request.query_params, COLUMNS, "name", descending=False)
    async with request.app.state.database.read() as session:
        projects = await list_projects(session)
        own = [await counted.get(session, project) for project in projects]
        reports = await get_summaries(session)
    rows = [_row(*found, reports) for found in zip(projects, own, strict=True)]
    rows.sort(key=lambda row: COLUMNS["name"](row))
    rows.sort(key=COLUMNS[column], reverse=descending)
    if request.query_params.get("format") == "csv":
        return table(request, "projects", _CSV, map(_line, rows))
    return page(
        request,
        "portfolio/page.html",
        rows=rows,
        named_bars=[(row.project.name, row.bar) for row in rows],
        total=summarise(chain.from_iterable(found.counts for found in own)),
        stories=sum(row.bar.total for row in rows),
        unrecorded=sum(row.statistics.unproven is None and row.bar.total > 0 for row in rows),
        failed=sum(row.project.sync_status == "error" for row in rows),
        column=column,
        descending=descending,
        base=request.app.state.settings.allowed_project_base,
    )


def _row(project: Project, counted: Counted, reports: dict[int, str]) -> Row:
    statistics = counted.statistics
    text = reports.get(project.id)
    report = from_text(text).as_of(project.last_synced_at, now()) if text else None
    bar = story_bar(stories(counted.counts), statistics.unproven)
    return Row(project, statistics, bar, report)


def stories(counts: Iterable[Count]) -> list[tuple[str | None, int]]:
    """The stories among COUNTS, by status."""
    return [(count.status, count.documents) for count in counts if count.type == "story"]


def _line(row: Row) -> tuple[object, ...]:
    unproven = row.statistics.unproven
    return (
        row.project.name,
        row.project.slug,
        row.bar.total,
        row.statistics.delivered,
        row.bar.count("dropped"),
        "proof not recorded" if unproven is None else unproven,
        row.bugs,
        row.report.grade if row.report else None,
        None if row.report is None else "failed" if row.report.failed_by else "passed",
        row.statistics.total_documents,
        row.project.last_synced_at,
        SYNC_STATES.get(row.project.sync_status, row.project.sync_status),
        row.project.source,
    )

"""The traceability matrix: what covers what, and what is missing?"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.documents.kinds import StatusClass, is_delivered, status_class
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.projects import get_project
from sdlc_lens.queries.trace import Trace, Traced, TracedEpic, TracedStory
from sdlc_lens.web.figures import Gathered
from sdlc_lens.web.render import page, table
from sdlc_lens.web.words import NOT_RECORDED, class_key

MOST_STORIES = 1000
MOST_BUGS = 3
MOST_MARKS = 12
NO_EPIC = "none"
SHOWN = {
    "": "All stories",
    "any": "Gaps only",
    "plan": "Without a plan",
    "test-spec": "Without a test specification",
    "proof": "Not proven",
    "bugs": "With open bugs",
}
"""Which stories the matrix can be narrowed to, and in which words."""

_GAPS = ("plan", "test-spec", "proof")
_CSV = ("epic", "story", "title", "status", "plans", "test specifications", "via epic", "criteria",
        "verified", "by hand", "failed", "not stated", "proof", "gaps", "bugs", "open bugs",
        "path")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A story in the matrix, what is missing of it, and its open bugs."""

    story: TracedStory
    status_class: StatusClass
    gaps: frozenset[str]
    open_bugs: tuple[Traced, ...]

    @property
    def is_delivered(self) -> bool:
        """Whether its work is finished."""
        return self.status_class is StatusClass.FINISHED

    @property
    def bugs(self) -> list[Traced]:
        """Its bugs, open ones first."""
        return sorted(self.story.bugs, key=lambda bug: not bug.is_open)

    def is_among(self, shown: str) -> bool:
        """Whether the row stays when the matrix is narrowed to SHOWN."""
        if shown == "bugs":
            return bool(self.open_bugs)
        return not shown or shown in self.gaps or (shown == "any" and bool(self.gaps))


@dataclass(frozen=True)
class Group:
    """An epic and its rows, those with gaps first; `epic` is None for stories without one."""

    epic: Traced | None
    rows: tuple[Row, ...]

    @property
    def key(self) -> str:
        """What stands for it in addresses."""
        return self.epic.doc_id if self.epic else NO_EPIC

    @property
    def delivered(self) -> int:
        """How many of its stories are delivered."""
        return sum(row.is_delivered for row in self.rows)

    @property
    def open_bugs(self) -> int:
        """How many open bugs name or mention one of its stories."""
        return len({bug.path for row in self.rows for bug in row.open_bugs})

    def count(self, shown: str) -> int:
        """How many of its stories stay when the matrix is narrowed to SHOWN."""
        return sum(row.is_among(shown) for row in self.rows)


async def trace(request: Request, gathered: Gathered[Trace]) -> Response:
    """The page, or its rows as CSV."""
    slug = request.path_params["slug"]
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        found = await gathered.get(session, project)
    groups = [_group(epic, found) for epic in found.epics]
    options = {
        "show": SHOWN,
        "status": ("", *map(class_key, StatusClass)),
        "epic": ("", *(group.key for group in groups)),
    }
    chosen = {name: _chosen(request, name, known) for name, known in options.items()}
    kept = list(_kept(groups, chosen))
    if request.query_params.get("format") == "csv":
        return table(request, f"{slug}-trace", _CSV, _lines(kept, records=found.records_proof))
    # Hundreds of rows take long: others need the event loop meanwhile.
    return await asyncio.to_thread(
        page,
        request,
        "trace/page.html",
        project=project,
        tab="trace",
        groups=groups,
        kept=list(_cut(kept)),
        most=MOST_STORIES,
        stories=sum(len(group.rows) for group in kept),
        counts={shown: sum(group.count(shown) for group in groups) for shown in SHOWN},
        delivered=sum(group.delivered for group in groups),
        trace=found,
        shown=SHOWN,
        classes=list(StatusClass),
        chosen=chosen,
        marks=marks,
        most_bugs=MOST_BUGS,
    )


def _group(epic: TracedEpic, found: Trace) -> Group:
    rows = [_row(story, found) for story in epic.stories]
    return Group(epic.epic, tuple(sorted(rows, key=lambda row: not row.gaps)))


def _row(story: TracedStory, found: Trace) -> Row:
    lacking = (
        ("plan", story.lacks_plan and "plan" not in found.unused),
        ("test-spec", story.lacks_spec and "test-spec" not in found.unused),
        ("proof", story.is_unproven and found.records_proof),
    )
    return Row(
        story,
        status_class("story", story.status),
        frozenset(gap for gap, is_lacking in lacking if is_lacking),
        tuple(bug for bug in story.bugs if bug.is_open),
    )


def _chosen(request: Request, name: str, known: Iterable[str]) -> str:
    value = request.query_params.get(name, "")
    if value not in known:
        raise Invalid(f"{name}: unknown value {value[:100]!r}. Choose one of the page's values")
    return value


def _kept(groups: Iterable[Group], chosen: Mapping[str, str]) -> Iterator[Group]:
    """What the filters leave of GROUPS, those with gaps first."""
    for group in sorted(groups, key=lambda group: not group.count("any")):
        rows = tuple(
            row
            for row in group.rows
            if row.is_among(chosen["show"])
            and chosen["status"] in ("", class_key(row.status_class))
        )
        if chosen["epic"] in ("", group.key) and (rows or not any(chosen.values())):
            yield replace(group, rows=rows)


def _cut(groups: Iterable[Group]) -> Iterator[Group]:
    """GROUPS until there are enough rows for a page."""
    left = MOST_STORIES
    for group in groups:
        if left > 0:
            yield replace(group, rows=group.rows[:left])
        left -= len(group.rows)


@lru_cache(maxsize=256)
def marks(counts: CriteriaCounts, is_delivered: bool) -> Markup:
    """A sign for each criterion, whose form says what its colour does; none for very many."""
    signs = (
        ("good", "●", counts.verified),
        ("good", "◐", counts.manual),
        ("bad", "✕", counts.failed),
        ("warning" if is_delivered else "note", "○", counts.unstated),
    )
    if counts.total > MOST_MARKS:
        return Markup()
    drawn = (
        Markup('<span class="{}">{}</span>').format(name, sign * count)
        for name, sign, count in signs
        if count
    )
    return Markup('<span class="marks" aria-hidden="true">{}</span> ').format(
        Markup().join(drawn)
    )


def _lines(groups: Iterable[Group], *, records: bool) -> Iterator[tuple[object, ...]]:
    for group in groups:
        for row in group.rows:
            story, criteria = row.story, row.story.criteria
            specs = story.specs or story.epic_specs
            yield (
                group.epic.doc_id if group.epic else None, story.doc_id, story.title, story.status,
                _names(story.plans), _names(specs), "yes" if specs and not story.specs else "",
                criteria.total, criteria.verified, criteria.manual, criteria.failed,
                criteria.unstated, _proof(row, records=records),
                "; ".join(SHOWN[gap].lower() for gap in _GAPS if gap in row.gaps),
                _names(story.bugs), len(row.open_bugs), story.path,
            )  # fmt: skip


def _proof(row: Row, *, records: bool) -> str:
    if not row.is_delivered:
        return ""
    if not records:
        return NOT_RECORDED
    return "not proven" if row.story.is_unproven else "proven"


def _names(documents: Iterable[Traced]) -> str:
    return " ".join(document.doc_id for document in documents)

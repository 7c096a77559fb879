"""The traceability matrix: what covers what, and what is missing?"""

import asyncio
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.documents.kinds import StatusClass
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.projects import get_project
from sdlc_lens.queries.trace import Traced
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.figures import Gathered
from sdlc_lens.web.matrix import SHOWN, Group, Matrix, Row
from sdlc_lens.web.render import environment, page, table
from sdlc_lens.web.words import NOT_RECORDED, class_key

MOST_STORIES = 1000
MOST_NAMED = 3
MOST_MARKS = 12

_CSV = ("epic", "story", "title", "status", "plans", "test specifications", "via epic", "criteria",
        "verified", "by hand", "failed", "not stated", "proof", "gaps", "bugs", "open bugs",
        "path")  # fmt: skip

Narrowed = list[tuple[Group, list[Row]]]


async def trace(request: Request, gathered: Gathered[Matrix, []]) -> Response:
    """The page, or its rows as CSV."""
    slug = request.path_params["slug"]
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        matrix = await gathered.get(session, project)
    options = {
        "show": SHOWN,
        "status": ("", *map(class_key, StatusClass)),
        "epic": ("", *(group.key for group in matrix.groups)),
    }
    chosen = {name: _chosen(request, name, known) for name, known in options.items()}
    narrowed = list(matrix.narrowed(chosen["show"], chosen["status"], chosen["epic"]))
    if request.query_params.get("format") == "csv":
        lines = _lines(narrowed, records_proof=matrix.records_proof)
        return table(request, f"{slug}-trace", _CSV, lines)
    if chosen["show"] == "epics":
        narrowed = [(group, []) for group, _ in narrowed]
    make = partial(
        page,
        request,
        "trace/page.html",
        project=project,
        tab="trace",
        matrix=matrix,
        stories=sum(len(rows) for _, rows in narrowed),
        most=MOST_STORIES,
        kept=[group for group, _ in narrowed],
        shown=SHOWN,
        classes=list(StatusClass),
        chosen=chosen,
    )
    home = project_address(root(request), slug)
    # Hundreds of rows take long: others need the event loop meanwhile.
    return await asyncio.to_thread(lambda: make(content=_drawn(narrowed, matrix, home)))


def _chosen(request: Request, name: str, known: Iterable[str]) -> str:
    value = request.query_params.get(name, "")
    if value not in known:
        raise Invalid(f"{name}: unknown value {value[:100]!r}. Choose one of the page's values")
    return value


def _drawn(narrowed: Narrowed, matrix: Matrix, home: str) -> bytes:
    """The groups and rows as lines of the table, until there are enough for a page.

    Each is made once for a state of the project: hundreds take longer than all the rest.
    """
    template = environment().get_template("trace/lines.html")
    lines: Any = template.make_module(
        {"home": home, "matrix": matrix, "marks": marks, "most_named": MOST_NAMED}
    )
    parts, left = list[bytes](), MOST_STORIES
    for group, rows in narrowed:
        if left > 0:
            group.html = group.html or lines.group(group).encode()
            parts += [b"<tbody>", group.html]
            for row in rows[:left]:
                row.html = row.html or lines.row(row).encode()
                parts.append(row.html)
            parts.append(b"</tbody>")
        left -= len(rows)
    return b"".join(parts)


@lru_cache(maxsize=256)
def marks(counts: CriteriaCounts, is_gap: bool) -> Markup:
    """A sign for each criterion, told apart by form as well as colour; none if there are many."""
    signs = (
        ("good", "●", counts.verified),
        ("good", "◐", counts.manual),
        ("bad", "✕", counts.failed),
        ("warning" if is_gap else "note", "○", counts.unstated),
    )
    if counts.total > MOST_MARKS:
        return Markup()
    drawn = (
        Markup('<span class="{}">{}</span>').format(name, sign * count)
        for name, sign, count in signs
        if count
    )
    whole = Markup('<span class="marks" aria-hidden="true">{}</span> ')
    return whole.format(Markup().join(drawn))


def _lines(narrowed: Narrowed, *, records_proof: bool) -> Iterator[tuple[object, ...]]:
    for group, rows in narrowed:
        for row in rows:
            story, criteria = row.story, row.story.criteria
            specs = story.specs or story.epic_specs
            yield (
                group.epic.doc_id if group.epic else None, story.doc_id, story.title, story.status,
                _names(story.plans), _names(specs), "yes" if specs and not story.specs else "",
                criteria.total, criteria.verified, criteria.manual, criteria.failed,
                criteria.unstated, _proof(row, records_proof=records_proof),
                "; ".join(label.lower() for gap, label in SHOWN.items() if gap in row.gaps),
                _names(row.bugs), len(row.open_bugs), story.path,
            )  # fmt: skip


def _proof(row: Row, *, records_proof: bool) -> str:
    if not row.is_delivered:
        return ""
    if not records_proof:
        return NOT_RECORDED
    return "not proven" if row.story.is_unproven else "proven"


def _names(documents: Iterable[Traced]) -> str:
    return " ".join(document.doc_id for document in documents)

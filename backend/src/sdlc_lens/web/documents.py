"""The documents of a project: where is one?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.documents.listing import (
    FACETS,
    FURTHEST,
    SORTABLE,
    DocumentItem,
    FacetValue,
    Selection,
    count_facets,
    list_documents,
)
from sdlc_lens.queries.projects import get_project
from sdlc_lens.web.figures import Gathered
from sdlc_lens.web.forms import epics, page_number, sorting, statuses, values
from sdlc_lens.web.render import page, table

Facets = dict[str, list[FacetValue]]

PER_PAGE = 50
LABELS = {
    "type": "Type",
    "status": "Status",
    "owner": "Owner",
    "priority": "Priority",
    "epic": "Epic",
}
_LONGEST_TEXT = 200
_UNSORTED: dict[str, Any] = {"sort": "updated_at", "descending": True}
_COLUMNS = ("type", "doc_id", "title", "status", "owner", "priority", "epic", "story",
            "story_points", "updated_at", "path")  # fmt: skip


async def documents(request: Request, gathered: Gathered[Facets, [Selection]]) -> Response:
    """The page, or all rows of the selection as CSV."""
    slug = request.path_params["slug"]
    selection = _selection(request)
    as_csv = request.query_params.get("format") == "csv"
    number = page_number(request.query_params)
    offset, limit = (0, FURTHEST) if as_csv else (min((number - 1) * PER_PAGE, FURTHEST), PER_PAGE)
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        total, items = await session.run(list_documents, project.id, selection, offset, limit)
        if as_csv:
            return table(request, f"{slug}-documents", _COLUMNS, _lines(items))
        facets = await gathered.get(session, project, replace(selection, **_UNSORTED))
    return page(
        request,
        "documents/page.html",
        project=project,
        tab="documents",
        items=items,
        total=total,
        number=number,
        pages=-(-total // PER_PAGE),
        facets=[(name, LABELS[name], facets[name]) for name in FACETS],
        chosen={name: set(values(request.query_params, name)) for name in FACETS},
        text=" ".join(selection.texts),
        column=selection.sort,
        descending=selection.descending,
        labels=LABELS,
    )


async def gather_facets(session: ReadSession, project_id: int, selection: Selection) -> Facets:
    """How often each value of a filter occurs."""
    return await session.run(count_facets, project_id, selection)


def _selection(request: Request) -> Selection:
    query = request.query_params
    column, descending = sorting(query, SORTABLE, "updated_at", descending=True)
    text = query.get("q", "").strip()
    if len(text) > _LONGEST_TEXT:
        raise Invalid(f"q: longer than {_LONGEST_TEXT} characters. Give fewer words")
    return Selection(
        types=tuple(values(query, "type")),
        statuses=tuple(statuses(query)),
        owners=tuple(values(query, "owner")),
        epics=tuple(epics(query)),
        priorities=tuple(values(query, "priority")),
        texts=(text,) if text else (),
        sort=column,
        descending=descending,
    )


def _lines(items: list[DocumentItem]) -> Iterator[list[object]]:
    return ([getattr(item, name) for name in _COLUMNS] for item in items)

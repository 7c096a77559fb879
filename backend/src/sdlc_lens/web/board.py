"""The documents of one type as columns: what is in which state?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.documents.kinds import ARTEFACTS, STATUSES, StatusClass, status_class
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.documents.listing import (
    FURTHEST,
    NOTHING,
    DocumentItem,
    FacetValue,
    Selection,
    count_facets,
    list_documents,
)
from sdlc_lens.queries.projects import get_project
from sdlc_lens.queries.references import Named, find_targets
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.figures import Gathered
from sdlc_lens.web.forms import epics, values
from sdlc_lens.web.render import environment, page, table
from sdlc_lens.web.words import TYPES, grouped, without_id

MOST_CARDS, MOST_ENDED_CARDS = 100, 20
MOST_KEPT = 2000
BOARD_TYPES = tuple(name for name in TYPES if name in ARTEFACTS)
_ENDED = (StatusClass.FINISHED, StatusClass.DROPPED)
_CSV = ("status", "doc_id", "title", "owner", "points", "epic", "path")


@dataclass(frozen=True)
class Column:
    """The documents in one status, of which the first are shown; `value` filters lists by it."""

    value: str
    total: int
    shown: list[DocumentItem]

    @property
    def status(self) -> str | None:
        """The status, if it is one."""
        return None if self.value == NOTHING else self.value


@dataclass(frozen=True)
class Board:
    """What a page shows: columns, and the options of its filters with their labels."""

    columns: list[Column]
    types: list[str]
    options: dict[str, list[tuple[str, str]]]
    epics: Mapping[str, Named]


async def board(request: Request, gathered: Gathered[Board, [Selection]]) -> Response:
    """The page, or all of its cards as CSV."""
    slug, query = request.path_params["slug"], request.query_params
    chosen = query.get("type") or "story"
    if chosen not in BOARD_TYPES:
        raise Invalid(f"type: {chosen[:100]!r} has no board. Choose one of the page's types")
    owners = tuple(values(query, "owner"))
    selection = Selection((chosen,), owners=owners, epics=tuple(epics(query)))
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        if query.get("format") == "csv":
            found = await gather_board(session, project.id, selection, most=FURTHEST)
            return table(request, f"{slug}-board", _CSV, _lines(found.columns))
        found = await gathered.get(session, project, selection)
    home = project_address(root(request), slug)
    return page(
        request,
        "board/page.html",
        project=project,
        tab="board",
        chosen=chosen,
        board=found,
        total=sum(column.total for column in found.columns),
        classes=_classes(chosen, found.columns),
        ended=_ENDED,
        empty=_empty(chosen, found.columns),
        selected={"epic": selection.epics, "owner": selection.owners},
        card=lambda item: _card(home, item, found.epics.get(item.epic or "")),
        rest=lambda status: [
            ("type", chosen), ("status", status), *(("epic", epic) for epic in selection.epics),
            *(("owner", owner) for owner in selection.owners),
        ],
    )  # fmt: skip


async def gather_board(
    session: ReadSession, project_id: int, selection: Selection, most: int | None = None
) -> Board:
    """The board of SELECTION's type. MOST is the number of cards a column; None: as on a page."""
    (type_name,) = selection.types
    facets = await session.run(count_facets, project_id, selection)
    statuses = in_lifecycle_order(type_name, (found.value for found in facets["status"]))
    columns = []
    for status in statuses:
        is_ended = status_class(type_name, status) in _ENDED
        newest = replace(selection, statuses=(status,))
        order = newest if is_ended else replace(newest, sort="doc_id", descending=False)
        limit = most or (MOST_ENDED_CARDS if is_ended else MOST_CARDS)
        found = await session.run(list_documents, project_id, order, 0, limit)
        columns.append(Column(status, *found))
    refs = [found.value for found in facets["epic"]]
    named = (await session.run(find_targets, project_id, refs, ())).by_ref
    options = {
        name: [(found.value, _label(found, named.get(found.value))) for found in facets[name]]
        for name in ("epic", "owner")
    }
    types = [found.value for found in facets["type"] if found.value in BOARD_TYPES]
    return Board(columns, types, options, named)


def _label(found: FacetValue, epic: Named | None) -> str:
    title = f" {without_id(epic.title)}" if epic else ""
    return f"{found.value}{title} ({grouped(found.count)})"


def _empty(type_name: str, columns: Iterable[Column]) -> list[str]:
    used = {column.value for column in columns}
    return [status for status in STATUSES[type_name] if status not in used]


def _classes(type_name: str, columns: Iterable[Column]) -> str:
    """How many documents each class of status has, in words."""
    counts: Counter[StatusClass] = Counter()
    for column in columns:
        counts[status_class(type_name, column.status)] += column.total
    return ", ".join(f"{grouped(counts[found])} {found}" for found in StatusClass if counts[found])


@lru_cache(maxsize=MOST_KEPT)
def _card(home: str, item: DocumentItem, epic: Named | None) -> Markup:
    """A document as a card, made once for as long as nothing of it changes."""
    template = environment().get_template("board/card.html")
    return Markup(template.render(home=home, item=item, epic=epic))


def in_lifecycle_order(type_name: str, statuses: Iterable[str]) -> list[str]:
    """STATUSES as work goes through them; the unknown and the missing one come first."""
    lifecycle = STATUSES[type_name]
    return sorted(
        statuses,
        key=lambda status: (
            status_class(type_name, status) in _ENDED,
            lifecycle.index(status) if status in lifecycle else -1,
            status,
        ),
    )


def _lines(columns: Iterable[Column]) -> Iterator[tuple[object, ...]]:
    for column in columns:
        for item in column.shown:
            yield (
                column.status, item.doc_id, item.title, item.owner, item.story_points, item.epic,
                item.path,
            )  # fmt: skip

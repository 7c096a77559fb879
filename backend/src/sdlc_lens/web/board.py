"""The documents of one type as columns: what is in which state?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.db.database import ReadSession
from sdlc_lens.domain.documents.kinds import ARTEFACTS, STATUSES, StatusClass, status_class
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.documents.listing import (
    FURTHEST,
    NOTHING,
    DocumentItem,
    Selection,
    count_facets,
    list_documents,
)
from sdlc_lens.queries.projects import Project, get_project
from sdlc_lens.queries.references import Named, find_targets
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.forms import epics, values
from sdlc_lens.web.render import environment, page, table
from sdlc_lens.web.words import TYPES, grouped

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


async def board(request: Request) -> Response:
    """The page, or all of its cards as CSV."""
    slug, query = request.path_params["slug"], request.query_params
    chosen = query.get("type") or "story"
    if chosen not in BOARD_TYPES:
        raise Invalid(f"type: {chosen[:100]!r} has no board. Choose one of the page's types")
    as_csv = query.get("format") == "csv"
    selection = Selection(types=[chosen], owners=values(query, "owner"), epics=epics(query))
    async with request.app.state.database.read() as session:
        project = await get_project(session, slug)
        facets = await session.run_here(count_facets, project.id, selection)
        statuses = in_lifecycle_order(chosen, (found.value for found in facets["status"]))
        columns = [
            await _column(session, project, replace(selection, statuses=[status]), as_csv)
            for status in statuses
        ]
        refs = [found.value for found in facets["epic"]]
        named = (await session.run_here(find_targets, project.id, refs, ())).by_ref
    home = project_address(root(request), slug)
    if as_csv:
        return table(request, f"{slug}-board", _CSV, _lines(columns))
    return page(
        request,
        "board/page.html",
        project=project,
        tab="board",
        chosen=chosen,
        types=[found.value for found in facets["type"] if found.value in BOARD_TYPES],
        columns=columns,
        total=sum(column.total for column in columns),
        classes=_classes(chosen, columns),
        ended=_ENDED,
        empty=[status for status in STATUSES[chosen] if status not in statuses],
        filters=[("epic", "Epic", facets["epic"]), ("owner", "Owner", facets["owner"])],
        selected={"epic": set(selection.epics), "owner": set(selection.owners)},
        card=lambda item: _card(home, item, named.get(item.epic or "")),
        named=named,
        rest=lambda status: [
            ("type", chosen), ("status", status), *(("epic", epic) for epic in selection.epics),
            *(("owner", owner) for owner in selection.owners),
        ],
    )  # fmt: skip


def _classes(type_name: str, columns: Iterable[Column]) -> str:
    """How many documents each class of status has, in words."""
    counts: Counter[StatusClass] = Counter()
    for column in columns:
        counts[status_class(type_name, column.status)] += column.total
    return ", ".join(f"{grouped(counts[found])} {found}" for found in StatusClass if counts[found])


async def _column(
    session: ReadSession, project: Project, selection: Selection, as_csv: bool
) -> Column:
    """The documents in one status: open ones by id, of those that have ended the last."""
    (type_name,), (status,) = selection.types, selection.statuses
    is_ended = status_class(type_name, status) in _ENDED
    most = FURTHEST if as_csv else MOST_ENDED_CARDS if is_ended else MOST_CARDS
    by_id = replace(selection, sort="doc_id", descending=False)
    order = selection if is_ended and not as_csv else by_id
    return Column(status, *await session.run_here(list_documents, project.id, order, 0, most))


@lru_cache(maxsize=MOST_KEPT)
def _card(home: str, item: DocumentItem, epic: Named | None) -> Markup:
    """A document as a card, made once for as long as nothing of it changes."""
    template = environment().get_template("board/card.html")
    return Markup(template.render(home=home, item=item, epic=epic))  # noqa: S704 - escaped there


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

"""The table of pages."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from sdlc_lens.db.database import Database
from sdlc_lens.web import (
    api_reference,
    badges,
    board,
    document,
    documents,
    health,
    overview,
    portfolio,
    projects,
    reference,
    search,
    syncs,
    trace,
)
from sdlc_lens.web.addresses import API_REFERENCE, project_address, root
from sdlc_lens.web.figures import Gathered, gather_counts
from sdlc_lens.web.matrix import gather_matrix
from sdlc_lens.web.reader import Reader

Page = Callable[[Request], Awaitable[Response]]

MOST_COUNTED, MOST_MATRICES = 1000, 4
"""The number of projects whose counts are kept, and whose matrices."""

PROJECT = "/projects/{slug}"
DOCUMENT = f"{PROJECT}/documents/{{type}}/{{doc_id}}"


def make_router(database: Database) -> Router:
    """Every page by its path."""
    reader = Reader(database)
    counted = Gathered(gather_counts, most=MOST_COUNTED)
    surroundings = Gathered(document.gather_surroundings)
    read = partial(document.document, reader=reader, counted=counted, gathered=surroundings)
    figures = Gathered(overview.gather_figures)
    facets = Gathered(documents.gather_facets)
    boards = Gathered(board.gather_board)
    matrices = Gathered(gather_matrix, most=MOST_MATRICES)
    return Router(
        [
            _route("/", get=partial(portfolio.portfolio, counted=counted)),
            _route("/add", get=projects.add, post=projects.create),
            _route("/search", get=search.search),
            _route("/glossary", get=reference.glossary),
            _route("/about", get=reference.about),
            _route(API_REFERENCE, get=api_reference.api_reference),
            _route("/theme", post=reference.choose_theme),
            _route("/static/{name}", get=reference.static),
            _route(PROJECT, get=partial(overview.overview, gathered=figures)),
            _route(f"{PROJECT}/board", get=partial(board.board, gathered=boards)),
            _route(f"{PROJECT}/trace", get=partial(trace.trace, gathered=matrices)),
            _route(f"{PROJECT}/documents", get=partial(documents.documents, gathered=facets)),
            _route(DOCUMENT, get=read),
            _route(f"{DOCUMENT}/source", get=document.source),
            _route(f"{PROJECT}/badges/{{name}}", get=partial(badges.badge, counted=counted)),
            _route(f"{PROJECT}/health", get=partial(health.health, counted=counted)),
            _route(f"{PROJECT}/syncs", get=syncs.syncs, post=syncs.start),
            _route(f"{PROJECT}/syncs/confirm", get=syncs.confirm),
            _route(f"{PROJECT}/settings", get=projects.settings, post=projects.change),
            _route(f"{PROJECT}/settings/remove", get=projects.ask_to_remove, post=projects.remove),
            # Addresses of an older client.
            _route(f"{PROJECT}/health-check", get=_moved("/health")),
            _route(f"{PROJECT}/tree", get=_moved("/documents")),
            _route("/settings", get=_to_portfolio),
        ],
        redirect_slashes=False,
    )


def _route(path: str, get: Page | None = None, post: Page | None = None) -> Route:
    pages = {method: page for method, page in (("GET", get), ("POST", post)) if page}

    async def answer(request: Request) -> Response:
        return await pages[request.method](request)

    return Route(path, answer, methods=list(pages))


def _moved(end: str) -> Page:
    async def answer(request: Request) -> Response:
        address = project_address(root(request), request.path_params["slug"])
        return RedirectResponse(f"{address}{end}", 308)

    return answer


async def _to_portfolio(request: Request) -> Response:
    return RedirectResponse(f"{root(request)}/", 308)

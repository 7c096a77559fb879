"""Search: who knows about something?"""

import re
from collections import Counter
from collections.abc import Iterable

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.domain.documents.ids import leading_id, normal_form
from sdlc_lens.domain.search.query import read_query
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.documents.listing import FURTHEST
from sdlc_lens.queries.projects import list_projects
from sdlc_lens.queries.search import Filters, SearchItem, count_found, search_documents
from sdlc_lens.web.addresses import document_address, project_address, root
from sdlc_lens.web.forms import page_number, see, statuses, values
from sdlc_lens.web.render import page, table

PER_PAGE = 20
LONGEST_QUERY = 500

_EMPHASIS = re.compile(r"\*\*|`")
_LINE_MARKS = re.compile(r"(?:(?<!\S)(?:#{1,6}|(?:&gt;)+|[-*+|]|:?-{3,}:?)(?:\s+|$))+")
_LINK = re.compile(r"\[([^\]]*)\]\((?:<mark>[^<]*</mark>|[^<)\s])*\)")

_CSV = ("project", "type", "doc_id", "title", "status", "path")


async def search(request: Request) -> Response:
    """The page; an id that one document has leads straight to it."""
    query = request.query_params
    text = query.get("q", "").strip()
    if len(text) > LONGEST_QUERY:
        raise Invalid(f"q: longer than {LONGEST_QUERY} characters. Give fewer words")
    number = page_number(query)
    as_csv = query.get("format") == "csv"
    offset, limit = (0, FURTHEST) if as_csv else (min((number - 1) * PER_PAGE, FURTHEST), PER_PAGE)
    filters = Filters(
        projects=values(query, "project"), types=values(query, "type"), statuses=statuses(query)
    )
    asked = read_query(text)
    async with request.app.state.database.read() as session:
        projects = await list_projects(session)
        total, hits = await session.run(search_documents, asked, filters, offset, limit)
        if number == 1 and not as_csv and (exact := _exact(asked.name, hits)):
            home = project_address(root(request), exact.project_slug)
            return see(document_address(home, exact))
        if as_csv:
            return table(request, "search", _CSV, map(_line, hits))
        counts = await session.run(count_found, asked, filters)
    return page(
        request,
        "search/page.html",
        text=text,
        total=total,
        hits=[(hit, _readable(hit.snippet)) for hit in hits],
        number=number,
        pages=-(-total // PER_PAGE),
        facets=_facets(counts, {project.slug: project.name for project in projects}),
        chosen={
            "project": set(filters.projects),
            "type": set(filters.types),
            "status": set(filters.statuses),
        },
    )


def _exact(name: str, hits: list[SearchItem]) -> SearchItem | None:
    """The document whose id NAME is, if there is just one."""
    found = leading_id(name)
    if found is None or found[1] != normal_form(name):
        return None
    named = [hit for hit in hits if hit.ref == found[1]]
    return named[0] if len(named) == 1 else None


def _readable(excerpt: str) -> Markup:
    """An excerpt, which is HTML, without the marks of markdown; its lines are kept apart."""
    text = _EMPHASIS.sub("", _LINK.sub(r"\1", excerpt))
    return Markup(_LINE_MARKS.sub("· ", text).strip("· "))


def _facets(
    counts: Iterable[tuple[str, str, str, int]], names: dict[str, str]
) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """For each field that filters its values, their names and how many of the hits have them."""
    projects, types, found = Counter[str](), Counter[str](), Counter[str]()
    for slug, type_name, status, count in counts:
        projects[slug] += count
        types[type_name] += count
        found[status] += count
    shown = {
        "project": [(slug, names.get(slug, slug), count) for slug, count in projects.most_common()],
        "type": [(name, name, count) for name, count in types.most_common()],
        "status": [(name, name, count) for name, count in found.most_common()],
    }
    return [(name, name.capitalize(), found) for name, found in shown.items()]


def _line(hit: SearchItem) -> tuple[object, ...]:
    return (hit.project_slug, hit.type, hit.doc_id, hit.title, hit.status, hit.path)

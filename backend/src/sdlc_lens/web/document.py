"""One document: what does it say, and what does it depend on?"""

import asyncio
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.documents.criteria import count, is_unproven
from sdlc_lens.domain.documents.kinds import is_delivered
from sdlc_lens.domain.forges import Forge
from sdlc_lens.domain.statistics import Count, summarise
from sdlc_lens.queries.documents.detail import (
    Detail,
    find_document,
    get_detail,
    get_place,
    get_source,
)
from sdlc_lens.queries.history import get_last_change
from sdlc_lens.queries.projects import Project, get_configuration, get_project, get_project_id
from sdlc_lens.queries.references import find_targets, get_mentioning, get_related
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.figures import Gathered
from sdlc_lens.web.markdown import LEAST_HEADINGS, LONGEST_RENDERED, MOST_LISTED, Rendered
from sdlc_lens.web.reader import Reader
from sdlc_lens.web.render import forge, page
from sdlc_lens.web.words import NOT_RECORDED, PROOFS

MOST_NAMED = 8
LONGEST_AT_ONCE = 20_000


async def document(
    request: Request, reader: Reader, counted: Gathered[list[Count], []]
) -> Response:
    """The page."""
    path = request.path_params
    async with request.app.state.database.read() as session:
        project = await get_project(session, path["slug"])
        at = request.query_params.get("path") or None
        found = await session.run_here(find_document, project.id, path["type"], path["doc_id"], at)
        detail = await session.run_here(get_detail, found.id)
        related = await session.run_here(get_related, project.id, found.id, mentions=False)
        mentioning = await session.run_here(get_mentioning, project.id, found.id)
        place = await session.run_here(get_place, project.id, detail)
        named = [name for name in (detail.epic, detail.story) if name]
        targets = await session.run_here(find_targets, project.id, named, ())
        counts = await counted.get(session, project)
        unproven = summarise(counts).unproven
        proof = await _proof(session, project, detail, unproven)
        change = await session.run_here(get_last_change, found.id) if project.commit_id else None
    pages = forge(request, project)
    rendered = None
    if len(detail.content) <= LONGEST_RENDERED:
        rendered = await reader.read(project, detail, project_address(root(request), project.slug))
    make = partial(
        page,
        request,
        "document/page.html",
        project=project,
        tab="documents",
        detail=detail,
        fields={name: value for name, value in detail.metadata.items() if value},
        targets=targets.by_ref,
        rendered=rendered,
        contents=_contents(rendered),
        related=related,
        mentioning=mentioning,
        place=place,
        others=found.others,
        proof=proof,
        unproven=unproven,
        proofs=PROOFS,
        change=change,
        change_url=pages.commit_url(change.commit) if pages and change else None,
        file_url=_file_url(pages, project, detail),
        most_named=MOST_NAMED,
    )
    # A long document makes a long page: others need the event loop meanwhile.
    return make() if len(detail.content) <= LONGEST_AT_ONCE else await asyncio.to_thread(make)


async def source(request: Request) -> Response:
    """The document's file, as it was read."""
    path = request.path_params
    async with request.app.state.database.read() as session:
        project_id = await session.run(get_project_id, path["slug"])
        at = request.query_params.get("path") or None
        found = await session.run(find_document, project_id, path["type"], path["doc_id"], at)
        file = await session.run(get_source, found.id)
    # A browser must run nothing in the file, whatever type it takes it for.
    policy = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}
    return Response(file, headers=policy, media_type="text/markdown")


async def _proof(
    session: ReadSession, project: Project, detail: Detail, unproven: int | None
) -> str | None:
    """What is known of the proof of a delivered story, in words; None for anything else."""
    if detail.type != "story" or not is_delivered(detail.type, detail.status):
        return None
    if unproven is None:
        return NOT_RECORDED
    counts = count(detail.criteria)
    missing = counts.failed + counts.unstated
    if not missing:
        return "proven" if detail.criteria else "no acceptance criteria"
    adopted = (await get_configuration(session, project.id)).adopt_after
    if is_unproven(detail.type, detail.status, detail.ref, counts, adopted):
        return f"not proven: {missing} of {len(detail.criteria)} acceptance criteria"
    return "older than the project's practice of recording proof"


def _file_url(pages: Forge | None, project: Project, detail: Detail) -> str | None:
    """The page of the document's file on its forge."""
    if pages is None or project.commit_id is None or project.repo_path is None:
        return None
    return pages.file_url(project.commit_id, project.repo_path, detail.path)


def _contents(rendered: Rendered | None) -> list[tuple[int, str, str]]:
    """The headings worth listing: the two highest levels that occur."""
    if rendered is None or len(rendered.headings) < LEAST_HEADINGS:
        return []
    highest = min(heading.level for heading in rendered.headings)
    listed = [heading for heading in rendered.headings if heading.level <= highest + 1]
    return [(found.level - highest, found.anchor, found.text) for found in listed[:MOST_LISTED]]

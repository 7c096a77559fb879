"""One document: what does it say, and what does it depend on?"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.documents.criteria import count, is_unproven
from sdlc_lens.domain.documents.kinds import is_delivered
from sdlc_lens.domain.forges import Forge
from sdlc_lens.queries.documents.detail import (
    Detail,
    Place,
    find_document,
    get_detail,
    get_place,
    get_source,
)
from sdlc_lens.queries.history import get_last_change
from sdlc_lens.queries.projects import Project, get_configuration, get_project, get_project_id
from sdlc_lens.queries.references import (
    Named,
    Related,
    find_targets,
    get_mentioning,
    get_related,
)
from sdlc_lens.web.addresses import project_address, root
from sdlc_lens.web.figures import Counted, Gathered
from sdlc_lens.web.markdown import LEAST_HEADINGS, LONGEST_RENDERED, MOST_LISTED, Rendered
from sdlc_lens.web.reader import Reader
from sdlc_lens.web.render import environment, forge, page
from sdlc_lens.web.words import NOT_RECORDED, PROOFS

MOST_NAMED = 8
LONGEST_AT_ONCE = 20_000


@dataclass
class Surroundings:
    """The documents that a document is related to; `html` lists them, once it has been shown."""

    related: Related
    mentioning: list[Named]
    place: Place
    targets: Mapping[str, Named]
    html: Markup | None = None


async def document(
    request: Request,
    reader: Reader,
    counted: Gathered[Counted, []],
    gathered: Gathered[Surroundings, [int, tuple[str, ...]]],
) -> Response:
    """The page."""
    path = request.path_params
    async with request.app.state.database.read() as session:
        project = await get_project(session, path["slug"])
        at = request.query_params.get("path") or None
        found = await session.run_here(find_document, project.id, path["type"], path["doc_id"], at)
        detail = await session.run_here(get_detail, found.id)
        named = tuple(name for name in (detail.epic, detail.story) if name)
        around = await gathered.get(session, project, found.id, named)
        unproven = (await counted.get(session, project)).statistics.unproven
        proof = await _proof(session, project, detail, unproven)
        change = await session.run_here(get_last_change, found.id) if project.commit_id else None
    base = root(request)
    home = project_address(base, project.slug)
    pages = forge(request, project)
    rendered = None
    if len(detail.encoded_content) <= LONGEST_RENDERED:
        rendered = await reader.read(project, detail, home)
    around.html = around.html or _relations(around, base, home)
    make = partial(
        page,
        request,
        "document/page.html",
        project=project,
        tab="documents",
        detail=detail,
        fields={name: value for name, value in detail.metadata.items() if value},
        targets=around.targets,
        is_rendered=rendered is not None,
        content=rendered.html if rendered else b"",
        contents=_contents(rendered),
        relations=around.html,
        place=around.place,
        others=found.others,
        proof=proof,
        unproven=unproven,
        proofs=PROOFS,
        change=change,
        change_url=pages.commit_url(change.commit) if pages and change else None,
        file_url=_file_url(pages, project, detail),
    )
    # A long document makes a long page: others need the event loop meanwhile.
    return (
        make() if len(detail.encoded_content) <= LONGEST_AT_ONCE else await asyncio.to_thread(make)
    )


async def gather_surroundings(
    session: ReadSession, project_id: int, document_id: int, named: tuple[str, ...]
) -> Surroundings:
    """What surrounds a document, and the documents that NAMED are the ids of."""
    related = await session.run_here(get_related, project_id, document_id, mentions=False)
    return Surroundings(
        related,
        await session.run_here(get_mentioning, project_id, document_id),
        await session.run_here(get_place, project_id, related.document),
        (await session.run_here(find_targets, project_id, named, ())).by_ref,
    )


def _relations(around: Surroundings, base: str, home: str) -> Markup:
    macros: Any = environment().get_template("document/relations.html").module
    relations = macros.relations(around.related, around.mentioning, MOST_NAMED, base, home)
    return Markup(relations)


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

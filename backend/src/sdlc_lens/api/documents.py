"""The documents of a project."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from sdlc_lens.api.dependencies import Reading
from sdlc_lens.api.models import DocumentItem, DocumentPage
from sdlc_lens.db.documents import Selection, count_documents, list_documents
from sdlc_lens.db.projects import get_project

MOST_PER_PAGE = 100

SortKey = Literal["title", "type", "status", "updated_at", "doc_id", "priority", "story_points"]
router = APIRouter(prefix="/projects/{slug}/documents", tags=["documents"])


@router.get("")
async def list_project_documents(
    slug: str,
    session: Reading,
    types: Annotated[list[str], Query(alias="type", default_factory=list)],
    statuses: Annotated[list[str], Query(alias="status", default_factory=list)],
    sort: SortKey = "updated_at",
    order: Literal["asc", "desc"] = "desc",
    page: Annotated[int, Query(ge=1)] = 1,
    per_page: Annotated[int, Query(ge=1)] = 50,
) -> DocumentPage:
    """A page of documents; `status=none` finds those without, more than 100 a page count as 100."""
    project = await get_project(session, slug)
    selection = Selection(types, statuses, sort, order == "desc")
    size = min(per_page, MOST_PER_PAGE)
    total = await count_documents(session, project.id, selection)
    offset = min((page - 1) * size, total)  # a page number may be larger than the database counts
    found = await list_documents(session, project.id, selection, offset, size)
    return DocumentPage(
        items=[DocumentItem.model_validate(item) for item in found],
        total=total,
        page=page,
        per_page=size,
        pages=-(-total // size),
    )

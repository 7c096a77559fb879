"""Search in the documents of all projects."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase
from sdlc_lens.api.documents import Values, filled
from sdlc_lens.api.openapi import problems
from sdlc_lens.api.query import described, from_query
from sdlc_lens.domain.documents.ids import first_id
from sdlc_lens.domain.documents.status import with_spellings
from sdlc_lens.domain.search.query import read_query
from sdlc_lens.errors import Invalid
from sdlc_lens.queries.documents.listing import FURTHEST
from sdlc_lens.queries.search import Filters, SearchItem, search_documents, search_quickly

MOST_PER_PAGE = 50

router = APIRouter(prefix="/api/v1", tags=["search"])


class SearchQuery(BaseModel):
    """What may be asked for; of one filter's values any will do."""

    q: Annotated[str, StringConstraints(min_length=1, max_length=500)] = Field(
        description="Words that all occur, the last one perhaps unfinished;"
        ' `"a phrase"` in its order. An id finds its document first.'
    )
    project: Annotated[Values, Field(description="A project's slug.")]
    type: Values
    status: Annotated[Values, Field(description="`none`: documents without a status.")]
    owner: Annotated[Values, Field(description="`none`: documents without an owner.")]
    epic: Annotated[Values, Field(description="An id in any form; `none`: without an epic.")]
    page: int = Field(default=1, ge=1)
    per_page: int = Field(default=20, ge=1, le=MOST_PER_PAGE)

    def filters(self) -> Filters:
        """The same for the database; a filter that a form has left empty lets all pass."""
        return Filters(
            projects=filled(self.project),
            types=filled(self.type),
            statuses=with_spellings(filled(self.status)),
            owners=filled(self.owner),
            epics=[first_id(epic) or epic for epic in filled(self.epic)],
        )


class SearchPage(Answer):
    """A page of what was found, the best first."""

    query: str
    items: list[SearchItem]
    total: int
    page: int
    per_page: int
    pages: int


@router.get("/search", responses=problems(Invalid), openapi_extra=described(SearchQuery))
async def search(
    database: TheDatabase, query: Annotated[SearchQuery, Depends(from_query(SearchQuery))]
) -> SearchPage:
    """Find documents by their words, ids first, titles before texts; accents and case aside."""
    offset = min((query.page - 1) * query.per_page, FURTHEST)
    asked = read_query(query.q), query.filters(), offset, query.per_page
    async with database.read() as session:
        found = await session.run_here(search_quickly, *asked)
        if found is None:
            found = await session.run(search_documents, *asked)
    total, items = found
    return SearchPage(
        query=query.q,
        items=items,
        total=total,
        page=query.page,
        per_page=query.per_page,
        pages=-(-total // query.per_page),
    )

"""The documents of a project."""

from sqlite3 import Connection
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase
from sdlc_lens.api.openapi import problems
from sdlc_lens.api.query import described, from_query
from sdlc_lens.domain.documents.ids import first_id
from sdlc_lens.domain.documents.status import with_spellings
from sdlc_lens.errors import Invalid, NotFound
from sdlc_lens.queries.documents.listing import (
    FURTHEST,
    DocumentItem,
    FacetValue,
    Selection,
    count_facets,
    list_documents,
)
from sdlc_lens.queries.projects import get_project_id

MOST_PER_PAGE = 100

SortKey = Literal["title", "type", "status", "updated_at", "doc_id", "priority", "story_points"]
Values = Annotated[list[str], Field(default_factory=list, max_length=50)]
Text = Annotated[str, StringConstraints(max_length=200)]

router = APIRouter(prefix="/api/v1/projects/{slug}/documents", tags=["documents"])


class DocumentQuery(BaseModel):
    """What a list of documents may be asked for; any of a filter's values will do."""

    type: Values
    status: Annotated[Values, Field(description="`none`: documents without a status.")]
    owner: Annotated[Values, Field(description="`none`: documents without an owner.")]
    epic: Annotated[Values, Field(description="An id in any form; `none`: without an epic.")]
    priority: Annotated[Values, Field(description="`none`: documents without a priority.")]
    q: Annotated[
        list[Text],
        Field(
            default_factory=list,
            max_length=10,
            description="Words that all occur in the title or the id, case and accents aside.",
        ),
    ]
    sort: SortKey = "updated_at"
    order: Literal["asc", "desc"] = "desc"
    page: int = Field(default=1, ge=1)
    per_page: int = Field(
        default=50, ge=1, description=f"More than {MOST_PER_PAGE} count as {MOST_PER_PAGE}."
    )
    facets: bool = Field(
        default=False, description="Also count the values of the fields that filter."
    )

    def selection(self) -> Selection:
        """The same for the database; a filter that a form has left empty lets all pass."""
        return Selection(
            types=filled(self.type),
            statuses=with_spellings(filled(self.status)),
            owners=filled(self.owner),
            epics=[first_id(epic) or epic for epic in filled(self.epic)],
            priorities=filled(self.priority),
            texts=[text for text in self.q if text.strip()],
            sort=self.sort,
            descending=self.order == "desc",
        )


class Facets(Answer):
    """The values of each field that filters, under all *other* filters and `q`.

    The most frequent first; `none` for documents without a value.
    """

    type: list[FacetValue]
    status: list[FacetValue]
    owner: list[FacetValue]
    priority: list[FacetValue]
    epic: list[FacetValue]


class DocumentPage(Answer):
    """A page of documents, and how much there is."""

    items: list[DocumentItem]
    total: int
    page: int
    per_page: int
    pages: int
    facets: Annotated[
        Facets | SkipJsonSchema[None], Field(description="Where `facets` are asked for.")
    ] = None


@router.get(
    "",
    response_model_exclude_unset=True,
    responses=problems(NotFound, Invalid),
    openapi_extra=described(DocumentQuery),
)
async def list_project_documents(
    slug: str,
    database: TheDatabase,
    query: Annotated[DocumentQuery, Depends(from_query(DocumentQuery))],
) -> DocumentPage:
    """A page of documents."""
    size = min(query.per_page, MOST_PER_PAGE)
    offset = min((query.page - 1) * size, FURTHEST)
    selection = query.selection()

    def read(connection: Connection) -> DocumentPage:
        project_id = get_project_id(connection, slug)
        total, found = list_documents(connection, project_id, selection, offset, size)
        page = DocumentPage(
            items=found, total=total, page=query.page, per_page=size, pages=-(-total // size)
        )
        if query.facets:
            facets = Facets(**count_facets(connection, project_id, selection))
            return page.model_copy(update={"facets": facets})
        return page

    return await database.run_here(read)


def filled(values: list[str]) -> list[str]:
    """VALUES without the empty ones: a filter that a form has left empty lets all pass."""
    return [value for value in values if value]

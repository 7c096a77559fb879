"""The documents of a project."""

from dataclasses import dataclass, fields
from sqlite3 import Connection
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase
from sdlc_lens.api.openapi import problems
from sdlc_lens.api.query import described, from_query
from sdlc_lens.domain.documents.document import Details
from sdlc_lens.domain.documents.ids import first_id
from sdlc_lens.domain.documents.status import with_spellings
from sdlc_lens.errors import Invalid, NotFound
from sdlc_lens.queries.documents.detail import Detail, Found, find_document, get_detail, get_source
from sdlc_lens.queries.documents.listing import (
    FURTHEST,
    DocumentItem,
    FacetValue,
    Selection,
    count_facets,
    list_documents,
)
from sdlc_lens.queries.projects import get_project_id
from sdlc_lens.queries.references import Related, get_related

MOST_PER_PAGE = 100
# Whatever a browser takes a workspace's file for, it runs nothing of it.
SANDBOXED = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}

SortKey = Literal["title", "type", "status", "updated_at", "doc_id", "priority", "story_points"]
Values = Annotated[list[str], Field(default_factory=list, max_length=50)]

TypeName = Annotated[str, Path(alias="type")]
At = Annotated[
    str | None, Query(alias="path", description="Of several documents of one id, the one there.")
]

router = APIRouter(prefix="/api/v1/projects/{slug}/documents", tags=["documents"])


class Markdown(Response):
    """A file that somebody else has written."""

    media_type = "text/markdown"


class DocumentQuery(BaseModel):
    """What a list of documents may be asked for; any of a filter's values will do."""

    type: Values
    status: Annotated[Values, Field(description="`none`: documents without a status.")]
    owner: Annotated[Values, Field(description="`none`: documents without an owner.")]
    epic: Annotated[Values, Field(description="An id in any form; `none`: without an epic.")]
    priority: Annotated[Values, Field(description="`none`: documents without a priority.")]
    q: Annotated[
        list[Annotated[str, StringConstraints(max_length=200)]],
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


Asked = Annotated[DocumentQuery, Depends(from_query(DocumentQuery))]


@dataclass(frozen=True, slots=True)
class DocumentDetail(Details):
    """A document with its text."""

    updated_at: str
    content: Annotated[str, Field(description="What follows the title and the header.")]
    file_path: str
    file_hash: Annotated[str, Field(description="SHA-256 of the file.")]
    synced_at: Annotated[str, Field(description="When the source last changed here.")]
    same_id: Annotated[
        tuple[str, ...],
        Field(
            description="Paths of others that answer to this type and id; `?path=` reaches each."
        ),
    ]


class NamedDocument(Answer):
    """A document as others name it."""

    doc_id: str
    type: str
    title: str
    status: str | None
    path: str


class Relation(Answer):
    """A reference by a header field, or by an id in the text."""

    relation: str = Field(description="The field, such as `supersedes`, or `mention`.")
    target: str = Field(description="The id that is referred to, in its normal form.")
    document: NamedDocument | None = Field(description="The one that is meant; null: dangling.")


class RelatedDocuments(NamedDocument):
    """A document among the others of its project."""

    parents: list[NamedDocument] = Field(description="The nearest first.")
    children: list[NamedDocument] = Field(description="By type, then id.")
    depends_on: list[NamedDocument] = Field(description="In declared order.")
    dependents: list[NamedDocument] = Field(description="By type, then id.")
    relations: list[Relation] = Field(
        description="Every reference in the header, one for each document or missing id."
    )
    mentions: list[Relation] = Field(description="Every document or missing id in the text, once.")


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
async def list_project_documents(slug: str, database: TheDatabase, query: Asked) -> DocumentPage:
    """A page of documents."""
    size, selection = min(query.per_page, MOST_PER_PAGE), query.selection()
    offset = min((query.page - 1) * size, FURTHEST)

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


@router.get("/{type}/{doc_id}", responses=problems(NotFound, Invalid))
async def get_document(
    slug: str, type_name: TypeName, doc_id: str, database: TheDatabase, at: At = None
) -> DocumentDetail:
    """A document; `doc_id` may be its file's stem, its ref (`US0001`) or an alias."""

    def read(connection: Connection) -> tuple[Found, Detail]:
        found = find_document(connection, get_project_id(connection, slug), type_name, doc_id, at)
        return found, get_detail(connection, found.id)

    found, detail = await database.run_here(read)
    values = {field.name: getattr(detail, field.name) for field in fields(detail)}
    file_hash = values.pop("sha256")
    return DocumentDetail(
        **values,
        file_path=detail.path,
        file_hash=file_hash,
        synced_at=detail.updated_at,
        same_id=found.others,
    )


@router.get("/{type}/{doc_id}/related", responses=problems(NotFound, Invalid))
async def get_related_documents(
    slug: str, type_name: TypeName, doc_id: str, database: TheDatabase, at: At = None
) -> RelatedDocuments:
    """Whom the document names, and who names it."""

    def read(connection: Connection) -> Related:
        project_id = get_project_id(connection, slug)
        found = find_document(connection, project_id, type_name, doc_id, at)
        return get_related(connection, project_id, found.id)

    related = await database.run_here(read)
    return RelatedDocuments.model_validate(vars(related.document) | vars(related))


@router.get(
    "/{type}/{doc_id}/source",
    response_class=Markdown,
    responses=problems(NotFound, Invalid),
)
async def get_document_source(
    slug: str, type_name: TypeName, doc_id: str, database: TheDatabase, at: At = None
) -> Markdown:
    """The document's file, byte for byte as it was read."""

    def read(connection: Connection) -> bytes:
        found = find_document(connection, get_project_id(connection, slug), type_name, doc_id, at)
        return get_source(connection, found.id)

    return Markdown(await database.run_here(read), headers=SANDBOXED)


def filled(values: list[str]) -> list[str]:
    """VALUES without the empty ones: a filter that a form has left empty lets all pass."""
    return [value for value in values if value]

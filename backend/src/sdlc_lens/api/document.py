"""One document of a project: its text, what it is related to, its file."""

from dataclasses import dataclass, fields, replace
from sqlite3 import Connection
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field, TypeAdapter, WithJsonSchema
from pydantic_core import PydanticSerializationError

from sdlc_lens.api.answer import Answer
from sdlc_lens.api.dependencies import TheDatabase, TheSettings
from sdlc_lens.api.openapi import problems
from sdlc_lens.domain.documents.document import Details
from sdlc_lens.domain.forges import Forge
from sdlc_lens.errors import Invalid, NotFound
from sdlc_lens.queries.documents.detail import Detail, Found, find_document, get_detail, get_source
from sdlc_lens.queries.history import LastChange, Origin, get_last_change, get_origin
from sdlc_lens.queries.projects import get_project_id
from sdlc_lens.queries.references import Related, get_related

# Whatever a browser takes a workspace's file for, it runs nothing of it.
SANDBOXED = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}

TypeName = Annotated[str, Path(alias="type")]
At = Annotated[
    str | None, Query(alias="path", description="Of several documents of one id, the one there.")
]

router = APIRouter(prefix="/api/v1/projects/{slug}/documents/{type}/{doc_id}", tags=["documents"])


class Markdown(Response):
    """A file that somebody else has written."""

    media_type = "text/markdown"


@dataclass(frozen=True, slots=True)
class DocumentDetail(Details):
    """A document with its text."""

    updated_at: str
    content: Annotated[
        bytes,
        WithJsonSchema({"type": "string"}),
        Field(description="What follows the title and the header."),
    ]
    file_path: str
    file_hash: Annotated[str, Field(description="SHA-256 of the file.")]
    synced_at: Annotated[str, Field(description="When the source last changed here.")]
    same_id: Annotated[
        tuple[str, ...],
        Field(
            description="Paths of others that answer to this type and id; `?path=` reaches each."
        ),
    ]
    source_url: Annotated[
        str | None,
        Field(description="The file's page on the forge, at the commit that was synced last."),
    ]
    last_change: Annotated[
        LastChange | None,
        Field(description="The commit that last changed the file; read some time after a sync."),
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


_DETAIL = TypeAdapter(DocumentDetail)


@router.get("", response_model=DocumentDetail, responses=problems(NotFound, Invalid))
async def get_document(
    slug: str,
    type_name: TypeName,
    doc_id: str,
    database: TheDatabase,
    settings: TheSettings,
    at: At = None,
) -> Response:
    """A document; `doc_id` may be its file's stem, its ref (`US0001`) or an alias."""

    def read(connection: Connection) -> tuple[Found, Detail, Origin | None, LastChange | None]:
        project_id = get_project_id(connection, slug)
        found = find_document(connection, project_id, type_name, doc_id, at)
        origin = get_origin(connection, project_id)
        last_change = get_last_change(connection, found.id) if origin else None
        return found, get_detail(connection, found.id), origin, last_change

    found, detail, origin, last_change = await database.run_here(read)
    values = {field.name: getattr(detail, field.name) for field in fields(Details)}
    source_url = None
    if origin:
        forge = Forge(origin.repo_url, settings.github_host)
        source_url = forge.file_url(origin.commit_id, origin.repo_path, detail.path)
    answer = DocumentDetail(
        **values,
        updated_at=detail.updated_at,
        content=detail.encoded_content,
        file_path=detail.path,
        file_hash=detail.sha256,
        synced_at=detail.updated_at,
        same_id=found.others,
        source_url=source_url,
        last_change=last_change,
    )
    try:
        body = _DETAIL.dump_json(answer)
    except PydanticSerializationError:  # the content is not valid UTF-8
        body = _DETAIL.dump_json(replace(answer, content=detail.content.encode()))
    return Response(body, media_type="application/json")


@router.get("/related", responses=problems(NotFound, Invalid))
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
    "/source",
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

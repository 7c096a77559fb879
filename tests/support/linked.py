"""Stored documents that point at each other, made from their files' text."""

from collections.abc import Iterator, Mapping

from sqlalchemy import insert

from sdlc_lens.db.database import Database
from sdlc_lens.db.tables import document_links, document_refs
from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.parse import Document, parse
from sdlc_lens.queries.ingest import add_documents
from sdlc_lens.queries.projects import Project, add_project
from support.documents import row

Row = dict[str, object]


async def linked(
    database: Database, files: Mapping[str, str], slug: str = "harbour", first_id: int = 1
) -> tuple[Project, dict[str, int]]:
    """A project with these files, by path, and the ids of their rows."""
    found = {
        number: parse(path, text.encode(), Configuration())
        for number, (path, text) in enumerate(files.items(), first_id)
    }
    async with database.write() as session:
        project = await add_project(session, slug, slug.title(), f"/data/projects/{slug}")
        rows = [_row(project.id, number, document) for number, document in found.items()]
        await add_documents(session, rows)
        for table, rows in (
            (document_refs, list(_refs(found))),
            (document_links, list(_links(found))),
        ):
            if rows:
                await session.execute(insert(table), rows)
    return project, {document.path: number for number, document in found.items()}


def _row(project_id: int, number: int, document: Document) -> Row:
    names = ("type", "doc_id", "ref", "title", "status")
    values = {name: getattr(document, name) for name in names}
    return row(project_id, document.path, id=number, **values)


def _refs(found: Mapping[int, Document]) -> Iterator[Row]:
    for number, document in found.items():
        refs = dict.fromkeys(document.aliases, False)
        refs |= {document.ref: True} if document.ref else {}
        for ref, own in refs.items():
            yield {"document_id": number, "ref": ref, "own": own}


def _links(found: Mapping[int, Document]) -> Iterator[Row]:
    for number, document in found.items():
        for position, link in enumerate(document.links):
            place = {"document_id": number, "position": position}
            yield place | {"relation": link.relation, "target": link.target}

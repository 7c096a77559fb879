"""Stored documents that point at each other, made from their files' text."""

from collections.abc import Mapping

from sdlc_lens.db.database import Database
from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.parse import parse
from sdlc_lens.queries.ingest import add_documents, document_rows
from sdlc_lens.queries.projects import Project, add_project
from sdlc_lens.sources.snapshot import blob


async def linked(
    database: Database, files: Mapping[str, str], slug: str = "harbour", first_id: int = 1
) -> tuple[Project, dict[str, int]]:
    """A project with these files, by path, and the ids of their rows."""
    found = {
        number: (parse(path, text.encode(), Configuration()), blob(text.encode()))
        for number, (path, text) in enumerate(files.items(), first_id)
    }
    async with database.write() as session:
        project = await add_project(session, slug, slug.title(), f"/data/projects/{slug}")
        shared = {
            "project_id": project.id,
            "parsed_by": "1",
            "updated_at": "2026-01-01T00:00:00.000Z",
        }
        await add_documents(session, document_rows(found, **shared))
    return project, {document.path: number for number, (document, _) in found.items()}

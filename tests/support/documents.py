"""Rows of documents as a sync stores them."""

from sdlc_lens.db.database import Database
from sdlc_lens.db.tables import document_links, document_refs, document_sources, documents
from sdlc_lens.queries.ingest import add_documents, next_id, source_row
from sdlc_lens.queries.projects import Project, add_project


def row(project_id: int, path: str, **values: object) -> dict[str, object]:
    """A document's row; VALUES replace what it would hold otherwise."""
    title = str(values.get("title", path))
    return {
        "project_id": project_id,
        "path": path,
        "type": "story",
        "doc_id": path.removesuffix(".md"),
        "ref": None,
        "title": title,
        "status": None,
        "owner": None,
        "priority": None,
        "story_points": None,
        "epic": None,
        "story": None,
        "metadata": "{}",
        "criteria": "[]",
        "severity": None,
        "criteria_counts": None,
        "records_verification": False,
        "is_unproven": False,
        "source": f"# {title}".encode(),
        "blob_id": "0" * 40,
        "parsed_by": "1",
        "updated_at": "2026-01-01T00:00:00.000Z",
        "content_start": 0,
        "content_length": 0,
    } | values


async def stored(database: Database, *rows: dict[str, object], slug: str = "harbour") -> Project:
    """A project with these documents; their `project_id` is filled in."""
    async with database.write() as session:
        project = await add_project(session, slug, slug.title(), f"/data/projects/{slug}")
        for number, document in enumerate(rows, await next_id(session)):
            own = document | {"id": number, "project_id": project.id}
            source = own.pop("source")
            assert isinstance(source, bytes)
            one = {documents: [own], document_sources: [source_row(own, source)]}
            await add_documents(session, one | {document_refs: [], document_links: []})
    return project

"""Documents as a sync stores them."""

import pytest
from support.documents import row, stored

from sdlc_lens.db.connection import rows
from sdlc_lens.db.database import Database
from sdlc_lens.db.tables import document_links, document_refs, document_sources, documents
from sdlc_lens.queries.documents.listing import Selection, list_documents
from sdlc_lens.queries.ingest import replace_fields, source_row, stored_documents

pytestmark = pytest.mark.anyio


async def test_parsing_again_keeps_the_times(database: Database) -> None:
    project = await stored(database, row(0, "a.md", parsed_by="1"))

    async def replaced(**values: object) -> int:
        async with database.write() as session:
            known = await stored_documents(session, project.id)
            own = row(project.id, "a.md", parsed_by="2", **values) | {"id": known["a.md"].id}
            rows = {documents: [own], document_sources: [source_row(own, b"# a.md")]}
            return await replace_fields(session, rows | {document_refs: [], document_links: []})

    async with database.read() as session:
        _, (before,) = await session.run(list_documents, project.id, Selection(), 0, 1)
    later = "2026-06-01T00:00:00.000Z"
    assert await replaced(updated_at=later) == 0
    assert await replaced(updated_at=later, status="Done") == 1
    async with database.read() as session:
        _, (after,) = await session.run(list_documents, project.id, Selection(), 0, 1)
        assert (after.status, after.updated_at) == ("Done", before.updated_at)
        ((mark,),) = await session.run(rows, "SELECT parsed_by FROM documents", {})
        assert mark == "2"

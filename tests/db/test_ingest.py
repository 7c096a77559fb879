"""Documents as a sync stores them."""

import pytest
from support.documents import row, stored

from sdlc_lens.db.database import Database
from sdlc_lens.queries.documents.listing import Selection, list_documents
from sdlc_lens.queries.ingest import replace_documents, stored_documents

pytestmark = pytest.mark.anyio


async def test_same_form_keeps_its_time_a_new_one_moves_it(database: Database) -> None:
    project = await stored(database, row(0, "a.md", parsed_by="1"))
    later = "2026-06-01T00:00:00.000Z"

    async def replaced(**values: object) -> str:
        async with database.write() as session:
            (document,) = await stored_documents(session, project.id)
            changed = row(project.id, "a.md", parsed_by="2", updated_at=later, **values)
            differing = await replace_documents(session, [changed | {"id": document.id}])
            assert differing == bool(values)
            (after,) = await stored_documents(session, project.id)
            assert after.parsed_by == "2"
            _, (item,) = await list_documents(session, project.id, Selection(), 0, 1)
        return item.updated_at

    assert await replaced() < later
    assert await replaced(status="Done") == later

"""Queries on documents."""

import pytest
from documents import row, stored

from sdlc_lens.db.documents import (
    SORTABLE,
    Selection,
    count_documents,
    list_documents,
    replace_document,
    stored_documents,
)
from sdlc_lens.db.session import Database

pytestmark = pytest.mark.anyio


async def paths(database: Database, project_id: int, selection: Selection) -> list[str]:
    async with database.read() as session:
        items = await list_documents(session, project_id, selection, 0, 100)
        assert await count_documents(session, project_id, selection) == len(items)
    return [item.path for item in items]


async def test_filters(database: Database) -> None:
    project = await stored(
        database,
        row(0, "a.md", type="epic", status="Done"),
        row(0, "b.md", type="story", status="Done"),
        row(0, "c.md", type="story", status=None),
        row(0, "d.md", type="bug", status="Open"),
    )

    async def select(**filters: list[str]) -> list[str]:
        return await paths(
            database, project.id, Selection(**filters, sort="doc_id", descending=False)
        )

    assert await select() == ["a.md", "b.md", "c.md", "d.md"]
    assert await select(types=["story"]) == ["b.md", "c.md"]
    assert await select(types=["story", "bug"]) == ["b.md", "c.md", "d.md"]
    assert await select(statuses=["Done"]) == ["a.md", "b.md"]
    assert await select(statuses=["none"]) == ["c.md"]
    assert await select(statuses=["none", "Open"]) == ["c.md", "d.md"]
    assert await select(types=["story"], statuses=["Done"]) == ["b.md"]
    assert await select(types=["saga"]) == []


@pytest.mark.parametrize("sort", sorted(SORTABLE))
@pytest.mark.parametrize("descending", [True, False])
async def test_pages_cover_every_row_once(sort: str, descending: bool, database: Database) -> None:
    project = await stored(
        database, *(row(0, f"{number}.md", title="same", doc_id="same") for number in range(25))
    )
    selection = Selection(sort=sort, descending=descending)
    seen = []
    async with database.read() as session:
        for offset in range(0, 30, 4):
            items = await list_documents(session, project.id, selection, offset, 4)
            seen += [item.path for item in items]
    assert len(seen) == 25
    assert len(set(seen)) == 25


async def test_documents_of_other_projects_stay_out(database: Database) -> None:
    one = await stored(database, row(0, "a.md"), slug="one")
    await stored(database, row(0, "a.md"), row(0, "b.md"), slug="two")
    assert await paths(database, one.id, Selection()) == ["a.md"]


async def test_same_form_keeps_its_time_a_new_one_moves_it(database: Database) -> None:
    project = await stored(database, row(0, "a.md", parsed_by="1"))
    later = "2026-06-01T00:00:00.000Z"

    async def replaced(**values: object) -> str:
        async with database.write() as session:
            (document,) = await stored_documents(session, project.id)
            changed = row(project.id, "a.md", parsed_by="2", updated_at=later, **values)
            await replace_document(session, document.id, changed)
            (after,) = await stored_documents(session, project.id)
            assert after.parsed_by == "2"
            (item,) = await list_documents(session, project.id, Selection(), 0, 1)
        return item.updated_at

    assert await replaced() < later
    assert await replaced(status="Done") == later

"""The fields that the health check reads, and its stored reports."""

import sqlite3

import pytest
from sqlalchemy import insert, select, update
from support.documents import row, stored

from sdlc_lens.db.database import Database
from sdlc_lens.db.tables import document_links, document_refs, documents, health_reports, projects
from sdlc_lens.domain.checks.corpus import Facts
from sdlc_lens.domain.documents.references import Link
from sdlc_lens.errors import NotFound
from sdlc_lens.queries.checks import get_standing, has_report, read_facts, store_report
from sdlc_lens.queries.projects import remove_project

pytestmark = pytest.mark.anyio


def facts_of(connection: sqlite3.Connection, project_id: int) -> list[Facts]:
    return list(read_facts(connection, project_id))


async def test_facts_hold_the_fields_that_rules_use(database: Database) -> None:
    values = {"status": "Draft", "owner": "Ines", "priority": "P1", "story_points": 2.5}
    story = row(0, "stories/US0001.md", ref="US0001", content_length=70, **values)
    project = await stored(database, row(0, "a.md", type="other", content_length=0), story)
    await stored(database, row(0, "b.md"), slug="elsewhere")
    async with database.write() as session:
        document_id = await session.scalar(
            select(documents.c.id).where(documents.c.path == "stories/US0001.md")
        )
        refs = [("US0001", True), ("US0009", False)]
        await session.execute(
            insert(document_refs),
            [{"document_id": document_id, "ref": ref, "own": own} for ref, own in refs],
        )
        links = [("epic", "EP0001"), ("mention", "BG0001"), ("depends_on", "US0002")]
        await session.execute(
            insert(document_links),
            [
                {
                    "document_id": document_id,
                    "position": position,
                    "relation": relation,
                    "target": target,
                }
                for position, (relation, target) in enumerate(links)
            ],
        )
    async with database.read() as session:
        other, found = sorted(
            await session.run(facts_of, project.id), key=lambda document: document.path
        )
    assert (other.path, other.refs, other.references) == ("a.md", frozenset(), ())
    assert found == Facts(
        path="stories/US0001.md",
        type="story",
        doc_id="stories/US0001",
        title="stories/US0001.md",
        ref="US0001",
        epic=None,
        story=None,
        content_length=70,
        refs=frozenset({"US0001", "US0009"}),
        references=(Link("epic", "EP0001"), Link("depends_on", "US0002")),
        records_verification=False,
        is_unproven=False,
        **values,  # type: ignore[arg-type]
    )


async def test_report_is_stored_for_its_revision_and_rules(database: Database) -> None:
    await stored(database)
    for report in ("first", "second"):
        async with database.write() as session:
            standing = await get_standing(session, "harbour")
            await store_report(session, standing.project_id, standing.revision, report)
            assert (await get_standing(session, "harbour")).report == report
            assert await has_report(session, standing.project_id, standing.revision)
    async with database.write() as session:
        await session.execute(update(health_reports).values(rules_version=0))
        assert (await get_standing(session, "harbour")).report is None
        assert not await has_report(session, standing.project_id, standing.revision)
        await store_report(session, standing.project_id, standing.revision, "third")
        await session.execute(update(projects).values(revision=standing.revision + 1))
        assert (await get_standing(session, "harbour")).report is None
        assert not await has_report(session, standing.project_id, standing.revision + 1)


async def test_report_is_removed_with_its_project(database: Database) -> None:
    await stored(database)
    async with database.write() as session:
        standing = await get_standing(session, "harbour")
        await store_report(session, standing.project_id, standing.revision, "report")
        await remove_project(session, "harbour")
        await store_report(session, standing.project_id, standing.revision, "too late")
        assert (await session.execute(select(health_reports))).all() == []
        with pytest.raises(NotFound, match="'harbour'"):
            await get_standing(session, "harbour")

"""A newer parser, or another vocabulary, parses stored documents again, without the source."""

import shutil

import pytest
from sqlalchemy import text
from support.syncing import Harbour

from sdlc_lens.db.connection import rows
from sdlc_lens.domain.documents import parse
from sdlc_lens.sync import schedule
from sdlc_lens.sync.schedule import Schedule

pytestmark = pytest.mark.anyio

FIRST = "stories/US0001-berth.md"
OLDER = """
UPDATE documents SET parsed_by = '1', title = 'as it was read', content_start = 0
WHERE path LIKE 'stories/%'
"""
NO_WRITE_TO_THE_INDEX = """
CREATE TRIGGER no_index BEFORE UPDATE OF title ON documents
BEGIN SELECT RAISE(ABORT, 'the index was written'); END
"""


def scheduled(harbour: Harbour) -> Schedule:
    return Schedule(harbour.database, harbour.runner, harbour.workspace, 0)


async def make_older(harbour: Harbour) -> list[tuple[object, ...]]:
    """Sync, then let the rows be those of an older parser; what they were."""
    await harbour.sync()
    stored = await harbour.rows()
    async with harbour.database.write() as session:
        await session.execute(text(OLDER))
        await session.execute(text("DELETE FROM document_links"))
    return stored


async def test_at_the_start_without_the_folder(harbour: Harbour) -> None:
    rows = await make_older(harbour)
    before = await harbour.project()
    shutil.rmtree(harbour.workspace)
    await scheduled(harbour).run()
    after = await harbour.project()
    assert [row for row in await harbour.rows() if row[0] != "epics/EP0001.md"] == [
        row for row in rows if row[0] != "epics/EP0001.md"
    ]
    assert (after.sync_status, after.last_synced_at) == ("synced", before.last_synced_at)
    assert after.revision == before.revision + 1
    await scheduled(harbour).run()
    assert await harbour.project() == after


async def test_at_the_next_sync(harbour: Harbour) -> None:
    rows = await make_older(harbour)
    report = await harbour.sync()
    assert (report.added, report.changed, report.unchanged) == (0, 11, 1)
    assert [row for row in await harbour.rows() if row[1] == "story"] == [
        row for row in rows if row[1] == "story"
    ]


async def test_documents_that_read_the_same_keep_their_time(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = "SELECT path, updated_at FROM documents"
    await harbour.sync()
    async with harbour.database.read() as session:
        before = await session.run(rows, times, {})
    async with harbour.database.write() as session:
        await session.execute(text(NO_WRITE_TO_THE_INDEX))
    monkeypatch.setattr(parse, "PARSER_VERSION", 999)
    monkeypatch.setattr(schedule, "PARSER_VERSION", 999)
    await scheduled(harbour).parse_again()
    async with harbour.database.read() as session:
        assert await session.run(rows, times, {}) == before
        marks = await session.run(rows, "SELECT DISTINCT parsed_by FROM documents", {})
        assert [mark.partition(":")[0] for (mark,) in marks] == ["999"]


async def test_vocabulary_that_was_known_is_kept(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    (harbour.workspace / ".config.yaml").write_text("status_vocab: {story: [Moored Well]}")
    (harbour.workspace / FIRST).write_text("# T\n\n> **Status:** moored-well, nearly\n")
    await harbour.sync()
    shutil.rmtree(harbour.workspace)
    monkeypatch.setattr(parse, "PARSER_VERSION", 999)
    monkeypatch.setattr(schedule, "PARSER_VERSION", 999)
    await scheduled(harbour).parse_again()
    (row,) = [row for row in await harbour.rows() if row[0] == FIRST]
    assert row[5] == "Moored Well"
    assert str(row[13]).startswith("999:")


UNPROVEN = "SELECT path FROM documents WHERE is_unproven ORDER BY path"
DONE = "# T\n\n> **Status:** Done\n\n### AC1: It holds\n"


async def unproven(harbour: Harbour) -> list[str]:
    async with harbour.database.read() as session:
        return [path for (path,) in await session.run(rows, UNPROVEN, {})]


async def test_practice_that_a_workspace_adopted_reaches_stored_documents(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = "stories/US0099-later.md"
    for path in (FIRST, later):
        (harbour.workspace / path).write_text(DONE)
    await harbour.sync()
    assert await unproven(harbour) == [FIRST, later]
    before = await harbour.project()
    (harbour.workspace / ".config.yaml").write_text("conformance: {adopt_after: US0098}")
    report = await harbour.sync()
    assert (report.changed, await unproven(harbour)) == (1, [later])
    assert (await harbour.project()).revision == before.revision + 1
    assert (await harbour.sync()).changed == 0
    assert (await harbour.project()).revision == before.revision + 1

    shutil.rmtree(harbour.workspace)
    monkeypatch.setattr(parse, "PARSER_VERSION", 999)
    monkeypatch.setattr(schedule, "PARSER_VERSION", 999)
    await scheduled(harbour).parse_again()
    assert await unproven(harbour) == [later]

"""The health check is stored when a sync ends."""

from datetime import datetime

import pytest
from sqlalchemy import text
from support.syncing import Harbour

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import Database
from sdlc_lens.domain.checks.corpus import Corpus
from sdlc_lens.domain.checks.report import Report, from_text
from sdlc_lens.domain.documents import parse
from sdlc_lens.queries.checks import get_standing
from sdlc_lens.sync import checks, schedule
from sdlc_lens.sync.schedule import Schedule

pytestmark = pytest.mark.anyio

FIRST = "stories/US0001-berth.md"


async def stored_report(database: Database) -> Report | None:
    async with database.read() as session:
        text = (await get_standing(session, "tide")).report
    return None if text is None else from_text(text)


async def test_stored_when_a_sync_ends(harbour: Harbour) -> None:
    assert await stored_report(harbour.database) is None
    report = await harbour.sync()
    stored = await stored_report(harbour.database)
    assert stored
    assert stored.total_documents == report.added
    (harbour.workspace / FIRST).unlink()
    await harbour.sync()
    stored = await stored_report(harbour.database)
    assert stored
    assert stored.total_documents == report.added - 1


async def test_sync_finishes_after_its_health_check(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def next_moment(time: datetime) -> str:
        while stamp(now()) == stamp(time):
            pass
        return stamp(now())

    monkeypatch.setattr(checks, "stamp", next_moment)
    report = await harbour.sync()
    stored = await stored_report(harbour.database)
    assert stored
    assert report.finished_at >= stored.checked_at


async def test_unchanged_documents_are_not_checked_again(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harbour.sync()
    first = await stored_report(harbour.database)
    later = stamp(now().replace(year=2099))
    monkeypatch.setattr(checks, "stamp", lambda _: later)
    await harbour.sync()
    assert await stored_report(harbour.database) == first
    (harbour.workspace / FIRST).write_text("# Changed")
    await harbour.sync()
    second = await stored_report(harbour.database)
    assert second
    assert second.checked_at == later


async def test_stored_when_another_parser_has_parsed_again(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harbour.sync()
    async with harbour.database.write() as session:
        await session.execute(text("UPDATE health_reports SET revision = revision - 1"))
    monkeypatch.setattr(parse, "PARSER_VERSION", 999)
    monkeypatch.setattr(schedule, "PARSER_VERSION", 999)
    await Schedule(harbour.database, harbour.runner, harbour.workspace, 0).run()
    assert await stored_report(harbour.database)


async def test_failing_rule_does_not_fail_the_sync(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_corpus: Corpus, _checked_at: str) -> Report:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(checks, "examine", fail)
        report = await harbour.sync()
    assert report.outcome == "synced"
    assert len(await harbour.paths()) == report.added
    assert await stored_report(harbour.database) is None
    assert "the health check of project 1 failed" in caplog.text
    await harbour.sync()
    assert await stored_report(harbour.database)

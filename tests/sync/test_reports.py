"""Sync reports, and when a project's revision changes."""

from pathlib import Path

import pytest
from sqlalchemy import text
from support.syncing import Harbour

from sdlc_lens.queries.projects import remove_project
from sdlc_lens.queries.syncs import KEPT, Failure, Sync, add_sync, last_sync, last_syncs, list_syncs

pytestmark = pytest.mark.anyio

TIMES = ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.000Z")
FIRST = "stories/US0001-berth.md"


async def test_counts(harbour: Harbour) -> None:
    first = await harbour.sync()
    assert (first.trigger, first.outcome, first.message) == ("manual", "synced", None)
    assert (first.added, first.unchanged, first.revision) == (12, 0, 1)
    assert first.started_at <= first.finished_at
    (harbour.workspace / FIRST).write_text("# Changed")
    (harbour.workspace / "stories/US0002-berth.md").unlink()
    (harbour.workspace / "prd.md").touch()
    second = await harbour.sync("poll")
    assert (second.trigger, second.revision) == ("poll", 2)
    assert (second.added, second.changed, second.unchanged, second.removed) == (1, 1, 10, 1)
    async with harbour.database.read() as session:
        project = await harbour.project()
        assert await list_syncs(session, project.id) == [second, first]
        assert await last_sync(session, project.id) == second


async def test_revision_moves_with_what_is_stored_alone(harbour: Harbour) -> None:
    async def revision() -> int:
        return (await harbour.sync()).revision

    assert [await revision(), await revision(), await revision()] == [1, 1, 1]
    (harbour.workspace / FIRST).touch()
    assert await revision() == 1
    (harbour.workspace / FIRST).write_text("# Changed")
    assert [await revision(), await revision()] == [2, 2]
    settings = harbour.workspace / ".config.yaml"
    for number, content in enumerate(
        ["schema_version: 3", "profile: small", "status_vocab: {story: [Moored]}"], start=3
    ):
        settings.write_text(content)
        assert [await revision(), await revision()] == [number, number]
    (harbour.workspace / "stories/US0099-large.md").write_text("x" * (5 * 1024 * 1024 + 1))
    assert [await revision(), await revision()] == [5, 5]
    (harbour.workspace / FIRST).unlink()
    assert [await revision(), await revision()] == [6, 6]
    assert (await harbour.project()).revision == 6


async def test_only_the_last_fifty_are_kept(harbour: Harbour) -> None:
    project = await harbour.project()
    async with harbour.database.write() as session:
        for number in range(KEPT + 5):
            report = Sync("poll", *TIMES, "synced", revision=number)
            await add_sync(session, project.id, report)
        kept = await list_syncs(session, project.id)
    assert [report.revision for report in kept] == list(range(KEPT + 4, 4, -1))


async def test_many_failures_are_counted_and_a_hundred_named(harbour: Harbour) -> None:
    project = await harbour.project()
    failures = tuple(Failure(f"{number}.md", "why") for number in range(250))
    report = Sync("manual", *TIMES, "synced", failed=250, failures=failures)
    async with harbour.database.write() as session:
        await add_sync(session, project.id, report)
        found = await last_sync(session, project.id)
    assert found
    assert (found.failed, found.failures) == (250, failures[:100])


async def test_every_project_has_its_own(harbour: Harbour) -> None:
    report = await harbour.sync()
    project = await harbour.project()
    async with harbour.database.write() as session:
        assert await last_syncs(session) == {project.id: report}
        assert await last_sync(session, project.id + 1) is None
        await remove_project(session, "tide")
        assert await session.scalar(text("SELECT count(*) FROM syncs")) == 0


async def test_references_and_mentions_are_stored(harbour: Harbour) -> None:
    (harbour.workspace / FIRST).write_text(
        "# US0001: One\n\n> **Epic:** EP0001\n> **Aliases:** CR-0009\n\nSee US0002, US0001.\n"
    )
    await harbour.sync()
    assert await harbour.targets(FIRST) == [("epic", "EP0001"), ("mention", "US0002")]
    path: Path = harbour.workspace / FIRST
    path.write_text("# US0001: One\n")
    await harbour.sync()
    assert await harbour.targets(FIRST) == []

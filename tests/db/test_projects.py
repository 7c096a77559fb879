"""Queries on projects, and the lease of a running sync."""

from datetime import timedelta

import pytest
from support.documents import row, stored

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import Database
from sdlc_lens.errors import Conflict, NotFound
from sdlc_lens.queries import leases, projects
from sdlc_lens.queries.leases import (
    LEASE_SECONDS,
    extend_lease,
    extend_leases,
    give_back,
    take_lease,
)
from sdlc_lens.queries.projects import add_project, get_project, list_projects

pytestmark = pytest.mark.anyio


async def test_oldest_first_with_their_counts(database: Database) -> None:
    await stored(database, row(0, "a.md"), row(0, "b.md"), slug="zulu")
    await stored(database, slug="alpha")
    async with database.read() as session:
        found = await list_projects(session)
    assert [(project.slug, project.document_count) for project in found] == [
        ("zulu", 2),
        ("alpha", 0),
    ]
    assert {project.sync_status for project in found} == {"never_synced"}


async def test_slug_is_unique(database: Database) -> None:
    await stored(database)
    with pytest.raises(Conflict, match="harbour"):
        async with database.write() as session:
            await add_project(session, "harbour", "Another", "/x")


async def test_unknown_project(database: Database) -> None:
    async with database.read() as session:
        with pytest.raises(NotFound, match="project 'nowhere' does not exist"):
            await get_project(session, "nowhere")


def unknown(_lease: str) -> None:
    """Whether a lease's process lives, where the system has no locks."""


async def test_lease_has_one_holder(database: Database) -> None:
    project = await stored(database)
    async with database.write() as session:
        assert await take_lease(session, project.slug, "mine", unknown)
        assert not await take_lease(session, project.slug, "theirs", unknown)
        assert await extend_lease(session, "mine")
        assert not await extend_lease(session, "theirs")
        assert (await get_project(session, "harbour")).sync_status == "syncing"
        assert not await give_back(session, "theirs", {"sync_status": "error"})
        assert await give_back(session, "mine", {"sync_status": "synced"})
        assert (await get_project(session, "harbour")).sync_status == "synced"
        assert await take_lease(session, project.slug, "theirs", unknown)


async def test_every_lease_that_runs_is_extended(database: Database) -> None:
    running, idle = await stored(database), await stored(database, slug="idle")
    async with database.write() as session:
        await take_lease(session, running.slug, "mine", unknown)
        await extend_leases(session, 1000)
        ends = [(await get_project(session, one.slug)).lease_ends_at for one in (running, idle)]
        assert (ends[0] or "") > stamp(now() + timedelta(seconds=1000))
        assert ends[1] is None
        await extend_leases(session, 0)
        assert (await get_project(session, running.slug)).lease_ends_at == ends[0]


async def test_lease_of_a_killed_sync_expires(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await stored(database)
    async with database.write() as session:
        await take_lease(session, project.slug, "killed", unknown)
    later = now() + timedelta(seconds=LEASE_SECONDS + 1)
    for module in (leases, projects):
        monkeypatch.setattr(module, "now", lambda: later)
    async with database.write() as session:
        assert (await get_project(session, "harbour")).sync_status == "never_synced"
        assert await take_lease(session, project.slug, "next", unknown)
        assert not await give_back(session, "killed", {"sync_status": "synced"})

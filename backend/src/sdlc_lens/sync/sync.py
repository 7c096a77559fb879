"""One sync, from the folder to the rows."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import Database, WriteSession
from sdlc_lens.domain.documents.config import Configuration, configure
from sdlc_lens.domain.documents.parse import parsed_by
from sdlc_lens.errors import Conflict
from sdlc_lens.queries.ingest import (
    Stored,
    outdated_documents,
    stored_blob,
    stored_documents,
)
from sdlc_lens.queries.leases import extend_leases, give_back, leased_revision
from sdlc_lens.queries.projects import Project, add_revision, get_configuration, get_project_id
from sdlc_lens.queries.syncs import Failure, Sync, add_sync
from sdlc_lens.queries.tokens import get_project_token
from sdlc_lens.sealing import NO_KEYS, Keys
from sdlc_lens.sources.folder import read_folder
from sdlc_lens.sources.git.exchange import Tip
from sdlc_lens.sources.git.limits import too_late
from sdlc_lens.sources.git.repository import NOWHERE, Policy, read_repository
from sdlc_lens.sources.progress import Progress
from sdlc_lens.sources.snapshot import Snapshot
from sdlc_lens.sync import threads
from sdlc_lens.sync.apply import apply, parse_again
from sdlc_lens.sync.checks import check
from sdlc_lens.sync.plan import Plan, make_plan, require_most_to_stay
from sdlc_lens.sync.threads import in_own_thread, in_time

MOST_WARNINGS = 20
SLOWEST_DOCUMENTS_A_SECOND = 500
PATIENCE_SECONDS = 600
"""How long a sync waits for others to store what they found."""


async def run(
    database: Database,
    base: Path,
    project: Project,
    lease: str,
    trigger: str,
    *,
    confirmed: bool = False,
    policy: Policy = NOWHERE,
    keys: Keys = NO_KEYS,
    tip: Tip | None = None,
    progress: Progress,
) -> Sync:
    """Bring the stored documents of a project up to date, all or nothing; the sync report.

    TIP is the commit that the branch of a repository was just found at. PROGRESS is kept up to
    date.

    Raises: TokenUnreadable; HeldBack, when most documents would go and nobody has CONFIRMED that
    they may.
    """
    moment = stamp(now())
    async with database.read() as session:
        stored = await stored_documents(session, project.id)
        former = await get_configuration(session, project.id)
        token = await get_project_token(session, project.id, keys)
    guarded = not confirmed and project.source == project.synced_path
    read = _reader(project, base, policy, stored, token, tip, progress)
    comparing = in_own_thread(_compare, read, stored, guarded)
    if project.place is None:
        found = await in_time(comparing, threads.MOST_SECONDS)
    else:
        found = await in_time(comparing, policy.limits.seconds, too_late)
    if found is None:
        return await _confirm(database, project, lease, trigger, moment, len(stored))
    snapshot, configuration, plan = found
    await _keep_moved(database, snapshot, plan, stored)
    await _hold_leases(database, plan.rows)
    async with database.write(PATIENCE_SECONDS) as session:
        revision = await leased_revision(session, lease)
        if revision is None:
            raise _changed_meanwhile(project)
        added, changed, failures = await apply(
            session, project.id, plan, stored, snapshot, configuration, progress
        )
        failures = {**snapshot.unreadable, **failures}
        is_same = replace(configuration, warnings=()) == former
        wrote = bool(added or changed or plan.remove or plan.parse_again)
        new_revision = revision + (wrote or not is_same)
        await check(session, project.id, new_revision)
        report = Sync(
            trigger=trigger,
            started_at=moment,
            finished_at=stamp(now()),
            outcome="synced",
            added=added,
            changed=changed,
            unchanged=len(plan.keep) + len(plan.change) - changed,
            removed=len(plan.remove),
            failed=len(failures),
            failures=tuple(Failure(path, reason) for path, reason in failures.items()),
            revision=new_revision,
        )
        warnings = [f"{path}: {reason}" for path, reason in failures.items()][:MOST_WARNINGS]
        values: dict[str, object] = {
            "sync_status": "synced",
            "sync_error": None,
            "last_synced_at": moment,
            "synced_path": project.source,
            "commit_id": snapshot.commit and snapshot.commit.id,
            "committed_at": snapshot.commit and stamp(snapshot.commit.at),
            "schema_version": configuration.schema_version,
            "profile": configuration.profile,
            "vocabulary": json.dumps(configuration.additions),
            "adopt_after": configuration.adopt_after,
            "warnings": json.dumps([*snapshot.warnings, *configuration.warnings, *warnings]),
            "revision": report.revision,
        }
        await finish(session, project.id, lease, values, report)
    return report


async def parse_stored_again(database: Database, slug: str) -> None:
    """Let this version's parser parse what another one has stored; no source is read.

    Clients see the result alone: it is not a sync, and moves no time.
    """
    async with database.read() as session:
        project_id = await session.run(get_project_id, slug)
        mark = parsed_by(await get_configuration(session, project_id))
        await _hold_leases(database, len(await outdated_documents(session, project_id, mark)))
    async with database.write(PATIENCE_SECONDS) as session:
        configuration = await get_configuration(session, project_id)
        outdated = await outdated_documents(session, project_id, parsed_by(configuration))
        if outdated:
            await parse_again(session, outdated, configuration)
            await check(session, project_id, await add_revision(session, project_id))


def _reader(
    project: Project,
    base: Path,
    policy: Policy,
    stored: Mapping[str, Stored],
    token: str | None,
    tip: Tip | None,
    progress: Progress,
) -> Callable[[], Snapshot | None]:
    """Reads the project's source; gives None if that is still as it was last synced."""
    known = {document.blob_id for document in stored.values()}
    if project.place is None:
        return partial(read_folder, project.sdlc_path or "", base, known)
    return partial(
        read_repository,
        project.place,
        policy,
        known=known,
        read_at=project.commit_id if project.source == project.synced_path else None,
        tip=tip,
        token=token,
        progress=progress,
    )


def _compare(
    read: Callable[[], Snapshot | None], stored: Mapping[str, Stored], guarded: bool
) -> tuple[Snapshot, Configuration, Plan] | None:
    """The snapshot of the source, its configuration, and the plan; None if it is unchanged."""
    snapshot = read()
    if snapshot is None:
        return None
    configuration = configure(snapshot.settings, snapshot.version)
    plan = make_plan(stored, snapshot.blobs, snapshot.unreadable, parsed_by(configuration))
    if guarded:
        require_most_to_stay(stored, snapshot.blobs, plan)
    return snapshot, configuration, plan


async def _keep_moved(
    database: Database, snapshot: Snapshot, plan: Plan, stored: Mapping[str, Stored]
) -> None:
    """Give the snapshot the blobs that it was told are stored, for documents at other paths."""
    keep = snapshot.keep
    if keep is None:
        return
    held = {document.blob_id: document.id for document in stored.values()}
    moved = {snapshot.blobs[path] for path in (*plan.add, *plan.change)} & held.keys()

    def read(connection: Connection) -> None:
        for blob in moved:
            keep(stored_blob(connection, held[blob]).source)

    if moved:
        async with database.read() as session:
            await session.run(read)


async def _confirm(
    database: Database, project: Project, lease: str, trigger: str, moment: str, documents: int
) -> Sync:
    """Store that the project's source is as it was; the report on that."""
    async with database.write(PATIENCE_SECONDS) as session:
        revision = await leased_revision(session, lease)
        if revision is None:
            raise _changed_meanwhile(project)
        report = Sync(
            trigger=trigger,
            started_at=moment,
            finished_at=stamp(now()),
            outcome="synced",
            unchanged=documents,
            revision=revision,
        )
        values = {"sync_status": "synced", "sync_error": None, "last_synced_at": moment}
        await finish(session, project.id, lease, dict(values), report)
    return report


def _changed_meanwhile(project: Project) -> Conflict:
    return Conflict(f"project {project.slug!r} was changed meanwhile; sync it again")


async def _hold_leases(database: Database, documents: int) -> None:
    """Make all leases last until so many documents are stored: until then none can be extended."""
    if seconds := documents // SLOWEST_DOCUMENTS_A_SECOND:
        async with database.write(PATIENCE_SECONDS) as session:
            await extend_leases(session, seconds)


async def finish(
    session: WriteSession, project_id: int, lease: str, values: dict[str, object], report: Sync
) -> None:
    """End the lease, store what came out; nothing when another sync took the lease over."""
    if await give_back(session, lease, values):
        await add_sync(session, project_id, report)

"""One sync, from the folder to the rows."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.database import Database, WriteSession
from sdlc_lens.domain.documents.config import Configuration, configure
from sdlc_lens.errors import Conflict
from sdlc_lens.queries.ingest import Stored, stored_documents
from sdlc_lens.queries.projects import (
    Project,
    extend_leases,
    get_additions,
    give_back,
    holds_lease,
)
from sdlc_lens.queries.syncs import Failure, Sync, add_sync
from sdlc_lens.sources.folder import read_folder
from sdlc_lens.sources.snapshot import Snapshot
from sdlc_lens.sync.apply import Applied, apply
from sdlc_lens.sync.plan import Plan, make_plan, reread_plan
from sdlc_lens.sync.reading import Reader

MOST_WARNINGS = 20
SLOWEST_DOCUMENTS_A_SECOND = 500
PATIENCE_SECONDS = 600
"""How long a sync waits for others to store what they found."""


@dataclass(frozen=True)
class Order:
    """What was asked for: by whom, whether most documents may go, whether to look at the source.

    Without a look, documents that an older parser read are read again where they are stored.
    """

    trigger: str = "manual"
    confirmed: bool = False
    look: bool = True
    begun: str = field(default_factory=lambda: stamp(now()))


@dataclass(frozen=True)
class Work:
    """What there is to do; SNAPSHOT is None when nobody looked at the source."""

    plan: Plan
    reader: Reader
    snapshot: Snapshot | None


async def run(database: Database, base: Path, project: Project, lease: str, order: Order) -> Sync:
    """Bring what is stored of a project up to date, all or nothing; the report on it."""
    async with database.read() as session:
        stored = await stored_documents(session, project.id)
        additions = await get_additions(session, project.id)
    work = await asyncio.to_thread(_prepare, project, base, stored, additions, order)
    if seconds := int(work.plan.written / SLOWEST_DOCUMENTS_A_SECOND):
        # While the rows are written nobody can extend a lease: all that run have to last.
        async with database.write(PATIENCE_SECONDS) as session:
            await extend_leases(session, seconds)
    async with database.write(PATIENCE_SECONDS) as session:
        if not await holds_lease(session, lease):
            raise Conflict(f"project {project.slug!r} was changed meanwhile; sync it again")
        done = await apply(session, work.plan, work.reader)
        report = _report(project, work, done, order, additions)
        await finish(session, project.id, lease, _outcome(work, report), report)
    return report


async def finish(
    session: WriteSession, project_id: int, lease: str, outcome: dict[str, object], report: Sync
) -> None:
    """End the lease, store what came out; nothing when another sync took the lease over."""
    if await give_back(session, lease, outcome):
        await add_sync(session, project_id, report)


def _prepare(
    project: Project,
    base: Path,
    stored: list[Stored],
    additions: Mapping[str, tuple[str, ...]],
    order: Order,
) -> Work:
    moment = stamp(now())
    if not order.look:
        reader = Reader(project.id, Configuration(additions=additions), moment)
        return Work(reread_plan(stored, reader.parsed_by), reader, None)
    known = {document.path: document.blob_id for document in stored}
    snapshot = read_folder(project.sdlc_path or "", base, known)
    reader = Reader(project.id, configure(snapshot.settings, snapshot.version), moment)
    plan = make_plan(stored, snapshot, reader.parsed_by, confirmed=order.confirmed)
    return Work(plan, reader, snapshot)


def _report(
    project: Project,
    work: Work,
    done: Applied,
    order: Order,
    additions: Mapping[str, tuple[str, ...]],
) -> Sync:
    plan = work.plan
    failures = {**(work.snapshot.unreadable if work.snapshot else {}), **done.failures}
    replaced = len(plan.changed) + len(plan.outdated)
    wrote = bool(done.added or done.changed or plan.outdated or plan.removed)
    return Sync(
        trigger=order.trigger,
        started_at=order.begun,
        finished_at=stamp(now()),
        outcome="synced",
        added=done.added,
        changed=done.changed,
        unchanged=plan.kept + replaced - done.changed,
        removed=len(plan.removed),
        failed=len(failures),
        failures=tuple(Failure(path, reason) for path, reason in failures.items()),
        revision=project.revision + (wrote or _is_new(project, work, additions)),
    )


def _is_new(project: Project, work: Work, additions: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether the workspace says something else about itself."""
    found = work.reader.configuration
    known = (project.schema_version, project.profile, additions)
    return bool(work.snapshot) and (found.schema_version, found.profile, found.additions) != known


def _outcome(work: Work, report: Sync) -> dict[str, object]:
    if not work.snapshot:
        return {"revision": report.revision}
    configuration = work.reader.configuration
    return {
        "sync_status": "synced",
        "sync_error": None,
        "last_synced_at": work.reader.moment,
        "schema_version": configuration.schema_version,
        "profile": configuration.profile,
        "vocabulary": json.dumps(configuration.additions),
        "warnings": json.dumps([*_warnings(work.snapshot, configuration.warnings, report)]),
        "revision": report.revision,
    }


def _warnings(snapshot: Snapshot, others: Iterable[str], report: Sync) -> Iterable[str]:
    yield from (*snapshot.warnings, *others)
    for failure in report.failures[:MOST_WARNINGS]:
        yield f"{failure.path}: {failure.reason}"

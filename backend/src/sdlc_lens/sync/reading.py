"""A workspace read and parsed, ready to be stored; done in a thread, away from the event loop."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sdlc_lens.clock import now, stamp
from sdlc_lens.db.documents import Stored
from sdlc_lens.domain.config import Configuration, configure
from sdlc_lens.domain.parse import PARSER_VERSION, parse
from sdlc_lens.sources.snapshot import Entry, Snapshot
from sdlc_lens.sync.plan import make_plan

Row = dict[str, object]


@dataclass(frozen=True)
class Changes:
    """Rows to add, rows to replace by their id, ids to remove, and the project's new values."""

    added: list[Row]
    changed: list[tuple[int, Row]]
    removed: tuple[int, ...]
    project: Row


def find_changes(stored: Iterable[Stored], snapshot: Snapshot, project_id: int) -> Changes:
    """Everything that storing SNAPSHOT has to do."""
    configuration = configure(snapshot.settings, snapshot.version)
    parsed_by = _parsed_by(configuration)
    plan = make_plan(stored, snapshot, parsed_by)
    moment = stamp(now())

    def row(entry: Entry) -> Row:
        own = {"project_id": project_id, "parsed_by": parsed_by, "updated_at": moment}
        return own | _row(entry, configuration)

    return Changes(
        [row(entry) for entry in plan.added],
        [(document_id, row(entry)) for document_id, entry in plan.changed],
        plan.removed,
        _project(snapshot, configuration, moment),
    )


def _row(entry: Entry, configuration: Configuration) -> Row:
    row = asdict(parse(entry.path, entry.source, configuration))
    del row["aliases"], row["links"]
    return row | {
        "fields": json.dumps(row["fields"], ensure_ascii=False),
        "source": entry.source,
        "sha256": hashlib.sha256(entry.source).hexdigest(),
        "blob_id": entry.blob_id,
    }


def _project(snapshot: Snapshot, configuration: Configuration, moment: str) -> Row:
    unreadable = (f"{path}: {reason}" for path, reason in snapshot.unreadable.items())
    return {
        "sync_status": "synced",
        "sync_error": None,
        "last_synced_at": moment,
        "schema_version": configuration.schema_version,
        "profile": configuration.profile,
        "warnings": json.dumps([*snapshot.warnings, *unreadable]),
    }


def _parsed_by(configuration: Configuration) -> str:
    vocabulary = repr(sorted(configuration.vocabulary.items())).encode("utf-8", "backslashreplace")
    return f"{PARSER_VERSION}:{hashlib.sha256(vocabulary).hexdigest()[:16]}"

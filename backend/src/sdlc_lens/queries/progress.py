"""Queries on a project's progress: by epic, and unfinished work."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sdlc_lens.db.connection import rows
from sdlc_lens.domain.documents.kinds import (
    WITH_CRITERIA,
    StatusClass,
    is_terminal,
    status_class,
)
from sdlc_lens.domain.documents.references import Meanings
from sdlc_lens.queries.references import DEPENDS_ON, candidates

_BY_EPIC = """
SELECT epic, status, count(*) AS stories, coalesce(sum(story_points), 0.0) AS points,
    sum(is_unproven) AS unproven
FROM documents WHERE project_id = :id AND type = 'story' GROUP BY 1, 2
"""
_STATUSES = "SELECT DISTINCT type, status FROM documents WHERE project_id = :id"
_UNFINISHED = """
SELECT id, type, doc_id, path, title, status, severity, metadata FROM documents
WHERE project_id = :id
    AND (type, coalesce(status, '')) IN (SELECT value ->> 0, value ->> 1 FROM json_each(:statuses))
ORDER BY type, doc_id
"""
_DEPENDENCIES = f"""
SELECT document_id, target, path FROM document_links
WHERE document_id IN (SELECT value FROM json_each(:ids)) AND relation = '{DEPENDS_ON}'
ORDER BY document_id, position
"""
_TARGETS = """
SELECT id, type, doc_id, status FROM documents WHERE id IN (SELECT value FROM json_each(:ids))
"""
_DATE = re.compile(r"\s*([0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])")


@dataclass(frozen=True, slots=True)
class EpicCount:
    """So many stories of an epic have this status, and sums over them."""

    epic: str | None
    status: str | None
    stories: int
    points: float
    unproven: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A piece of work that is neither finished nor dropped.

    `created` is the day of its field `Created`; `blocked_by` are the unfinished documents that it
    depends on.
    """

    type: str
    doc_id: str
    path: str
    title: str
    status: str | None
    severity: str | None
    created: str | None
    blocked_by: tuple[str, ...]

    @property
    def is_blocked(self) -> bool:
        """Whether its status says so, or it depends on unfinished work."""
        blocked = status_class(self.type, self.status) is StatusClass.BLOCKED
        return blocked or bool(self.blocked_by)


def count_by_epic(connection: sqlite3.Connection, project_id: int) -> list[EpicCount]:
    """The project's stories by the epic that they name and by status."""
    return [EpicCount(**row) for row in rows(connection, _BY_EPIC, {"id": project_id})]


def list_waiting(connection: sqlite3.Connection, project_id: int) -> list[Waiting]:
    """The unfinished stories, bugs, change requests and issues, by type and id."""
    statuses = [
        (row["type"], row["status"] or "")
        for row in rows(connection, _STATUSES, {"id": project_id})
        if row["type"] in WITH_CRITERIA and not is_terminal(row["type"], row["status"])
    ]
    values = {"id": project_id, "statuses": json.dumps(statuses)}
    found = rows(connection, _UNFINISHED, values)
    blockers = _blockers(connection, project_id, (row["id"] for row in found))
    return [
        Waiting(
            **{name: row[name] for name in ("type", "doc_id", "path", "title", "status")},
            severity=row["severity"],
            created=_created(row["metadata"]),
            blocked_by=tuple(blockers.get(row["id"], ())),
        )
        for row in found
    ]


def _blockers(
    connection: sqlite3.Connection, project_id: int, ids: Iterable[int]
) -> dict[int, list[str]]:
    """The ids of the unfinished documents that each of the documents depends on."""
    links = rows(connection, _DEPENDENCIES, {"ids": json.dumps(list(ids))})
    refs = {link["target"] for link in links}
    meanings = Meanings(candidates(connection, project_id, refs))
    meant = [(link["document_id"], meanings.get(link["target"], link["path"])) for link in links]
    targets = json.dumps([target for _, target in meant if target is not None])
    unfinished = {
        row["id"]: row["doc_id"]
        for row in rows(connection, _TARGETS, {"ids": targets})
        if not is_terminal(row["type"], row["status"])
    }
    blockers: dict[int, list[str]] = {}
    for own, target in dict.fromkeys(meant):
        if target in unfinished and target != own:
            blockers.setdefault(own, []).append(unfinished[target])
    return blockers


def _created(metadata: str) -> str | None:
    return next(_days(json.loads(metadata)), None)


def _days(metadata: dict[str, str]) -> Iterator[str]:
    for name, value in metadata.items():
        if name.strip().casefold() == "created" and (day := _DATE.match(value)):
            yield day[1]

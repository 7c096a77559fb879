"""THE table of document types: id prefix, folder, statuses in lifecycle order; status classes."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Kind:
    """One type of document that has a folder of its own."""

    name: str
    prefix: str | None
    folder: str
    statuses: tuple[str, ...] = ()
    needs_id: bool = True
    """Whether a file in the folder is of this type only when its name starts with an id of it."""


class StatusClass(StrEnum):
    """The class of a status, independent of the type."""

    OPEN = "open"
    UNDER_WAY = "under way"
    BLOCKED = "blocked"
    FINISHED = "finished"
    DROPPED = "dropped"


def _kind(name: str, prefix: str | None, folder: str, lifecycle: str = "", **more: bool) -> Kind:
    """A row; LIFECYCLE holds the statuses, separated by commas."""
    return Kind(name, prefix, folder, _names(lifecycle), **more)


def _names(joined: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in joined.split(",") if name.strip())


KINDS = (
    _kind("epic", "EP", "epics", "Draft, Ready, Approved, In Progress, Done, Superseded"),
    _kind(
        "story",
        "US",
        "stories",
        "Proposed, Draft, Ready, Planned, In Progress, Review, Blocked, Done, Won't Implement,"
        " Deferred, Superseded",
    ),
    _kind("plan", "PL", "plans", "Draft, In Progress, Complete, Superseded"),
    _kind(
        "bug",
        "BG",
        "bugs",
        "inbox, Open, In Progress, Fixed, Verified, Closed, Won't Fix, Superseded",
    ),
    _kind(
        "cr",
        "CR",
        "change-requests",
        "inbox, Proposed, Approved, In Progress, Complete, Rejected, Deferred, Superseded, Blocked",
    ),
    _kind("rfc", "RFC", "rfcs", "inbox, Draft, In Review, Accepted, Superseded, Withdrawn"),
    _kind(
        "issue",
        "IS",
        "issues",
        "Open, Triaging, Triaged, Resolved, Closed, Won't Fix, Superseded",
    ),
    _kind("test-spec", "TS", "test-specs", "Draft, Ready, In Progress, Complete, Superseded"),
    _kind(
        "workflow",
        "WF",
        "workflows",
        "Created, Planning, Testing, Implementing, Verifying, Reviewing, Checking, Done, Paused,"
        " Superseded",
    ),
    _kind("charter", "SC", "charters", "Queued, Spent, Withdrawn, Superseded"),
    _kind("retro", "RETRO", "retros", needs_id=False),
    _kind("review", "RV", "reviews", needs_id=False),
    _kind("handoff", "HO", "handoffs", needs_id=False),
    _kind("report", "RPT", "reports", needs_id=False),
    _kind("decision", None, "decisions", needs_id=False),
    _kind("persona", None, "personas", needs_id=False),
)
SINGLETONS = frozenset(
    {"prd", "trd", "tsd", "pvd", "personas", "decisions", "constitution", "brand-guide"}
)
OTHER = "other"
RECORDS = frozenset(
    {"retro", "review", "decision", "persona", "handoff", "report", "personas", "pvd"}
)
WITH_CRITERIA = frozenset({"story", "bug", "cr", "issue"})
"""The types that state acceptance criteria."""

BY_NAME = {kind.name: kind for kind in KINDS}
BY_FOLDER = {kind.folder: kind for kind in KINDS}
BY_PREFIX = {kind.prefix: kind for kind in KINDS if kind.prefix}
STATUSES = {kind.name: kind.statuses for kind in KINDS if kind.statuses}
ANY_STATUS = tuple(dict.fromkeys(status for kind in KINDS for status in kind.statuses))
ARTEFACTS = frozenset(kind.name for kind in BY_PREFIX.values()) - RECORDS

_CLASSES = {
    status: status_class
    for status_class, statuses in {
        StatusClass.UNDER_WAY: "In Progress, Review, In Review, Triaging, Triaged, Planning,"
        " Testing, Implementing, Verifying, Reviewing, Checking",
        StatusClass.BLOCKED: "Blocked, Paused, Deferred",
        StatusClass.FINISHED: "Done, Complete, Fixed, Verified, Closed, Resolved, Accepted,"
        " Implemented, Spent",
        StatusClass.DROPPED: "Won't Implement, Won't Fix, Rejected, Withdrawn, Superseded",
    }.items()
    for status in _names(statuses)
}
_FINISHED_FOR_ITS_OWN_TYPE = frozenset({"Accepted", "Spent"})


def status_class(type_name: str, status: str | None) -> StatusClass:
    """The class of a status; a type without a row of statuses borrows those of all others."""
    own = STATUSES.get(type_name, ANY_STATUS)
    if status is None or (status in _FINISHED_FOR_ITS_OWN_TYPE and status not in own):
        return StatusClass.OPEN
    return _CLASSES.get(status, StatusClass.OPEN)


def is_delivered(type_name: str, status: str | None) -> bool:
    """Whether the work is finished, rather than open or dropped."""
    return status_class(type_name, status) is StatusClass.FINISHED


def is_terminal(type_name: str, status: str | None) -> bool:
    """Whether the work is finished or dropped."""
    return status_class(type_name, status) in (StatusClass.FINISHED, StatusClass.DROPPED)

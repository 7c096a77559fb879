"""THE table of document types: id prefix, folder, statuses in lifecycle order, terminal ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One type of document that has a folder of its own."""

    name: str
    prefix: str | None
    folder: str
    statuses: tuple[str, ...] = ()
    terminal: frozenset[str] = frozenset()
    needs_id: bool = True
    """Whether a file in the folder is of this type only when it carries an id of it."""


def _kind(name: str, prefix: str | None, folder: str, lifecycle: str = "", **more: bool) -> Kind:
    """A row; LIFECYCLE holds the statuses, an asterisk before each terminal one."""
    marked = [status.strip() for status in lifecycle.split(",") if status.strip()]
    statuses = tuple(status.removeprefix("*") for status in marked)
    terminal = frozenset(status.removeprefix("*") for status in marked if status.startswith("*"))
    return Kind(name, prefix, folder, statuses, terminal, **more)


KINDS = (
    _kind("epic", "EP", "epics", "Draft, Ready, Approved, In Progress, *Done"),
    _kind(
        "story",
        "US",
        "stories",
        "Proposed, Draft, Ready, Planned, In Progress, Review, Blocked, *Done, *Won't Implement,"
        " Deferred, *Superseded",
    ),
    _kind("plan", "PL", "plans", "Draft, In Progress, *Complete, *Superseded"),
    _kind(
        "bug",
        "BG",
        "bugs",
        "inbox, Open, In Progress, *Fixed, *Verified, *Closed, *Won't Fix, *Superseded",
    ),
    _kind(
        "cr",
        "CR",
        "change-requests",
        "inbox, Proposed, Approved, In Progress, *Complete, *Rejected, Deferred, *Superseded,"
        " Blocked",
    ),
    _kind("rfc", "RFC", "rfcs", "inbox, Draft, In Review, *Accepted, *Superseded, *Withdrawn"),
    _kind(
        "issue",
        "IS",
        "issues",
        "Open, Triaging, Triaged, *Resolved, *Closed, *Won't Fix, *Superseded",
    ),
    _kind("test-spec", "TS", "test-specs", "Draft, Ready, In Progress, *Complete, *Superseded"),
    _kind(
        "workflow",
        "WF",
        "workflows",
        "Created, Planning, Testing, Implementing, Verifying, Reviewing, Checking, *Done, Paused,"
        " *Superseded",
    ),
    _kind("charter", "SC", "charters", "Queued, *Spent, *Withdrawn, *Superseded"),
    _kind("retro", "RETRO", "retros", needs_id=False),
    _kind("review", "RV", "reviews", needs_id=False),
    _kind("handoff", "HO", "handoffs", needs_id=False),
    _kind("decision", None, "decisions", needs_id=False),
    _kind("persona", None, "personas", needs_id=False),
)
SINGLETONS = frozenset(
    {"prd", "trd", "tsd", "pvd", "personas", "decisions", "constitution", "brand-guide"}
)
OTHER = "other"
RECORDS = frozenset({"retro", "review", "decision", "persona", "handoff", "personas", "pvd"})

BY_FOLDER = {kind.folder: kind for kind in KINDS}
BY_PREFIX = {kind.prefix: kind for kind in KINDS if kind.prefix}
STATUSES = {kind.name: kind.statuses for kind in KINDS if kind.statuses}
ANY_STATUS = tuple(dict.fromkeys(status for kind in KINDS for status in kind.statuses))
ARTEFACTS = frozenset(kind.name for kind in BY_PREFIX.values()) - RECORDS
TERMINAL = {kind.name: kind.terminal for kind in KINDS if kind.statuses}
TERMINAL_ANYWHERE = frozenset().union(*TERMINAL.values())


def is_terminal(type_name: str, status: str | None) -> bool:
    """Whether nothing is left to do; a type without a row of statuses borrows all the others'."""
    return status in TERMINAL.get(type_name, TERMINAL_ANYWHERE)

"""The words that pages use: names of types, times, numbers, and the glossary."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from sdlc_lens.domain.documents.ids import find_ids
from sdlc_lens.domain.documents.kinds import StatusClass

_FIRST_LETTER = re.compile(r"((?:<[^>]*>)*)(.)")

SINGULAR, PLURAL = range(2)
TYPES: Mapping[str, tuple[str, str]] = {
    "epic": ("epic", "epics"),
    "story": ("story", "stories"),
    "plan": ("plan", "plans"),
    "test-spec": ("test specification", "test specifications"),
    "bug": ("bug", "bugs"),
    "cr": ("change request", "change requests"),
    "issue": ("issue", "issues"),
    "rfc": ("request for comments", "requests for comments"),
    "workflow": ("workflow", "workflows"),
    "charter": ("charter", "charters"),
    "decision": ("decision", "decisions"),
    "review": ("review", "reviews"),
    "retro": ("retrospective", "retrospectives"),
    "handoff": ("handoff", "handoffs"),
    "report": ("report", "reports"),
    "persona": ("persona", "personas"),
    "personas": ("list of personas", "lists of personas"),
    "decisions": ("list of decisions", "lists of decisions"),
    "prd": ("product requirements document", "product requirements documents"),
    "trd": ("technical requirements document", "technical requirements documents"),
    "tsd": ("test strategy document", "test strategy documents"),
    "pvd": ("product vision document", "product vision documents"),
    "constitution": ("constitution", "constitutions"),
    "brand-guide": ("brand guide", "brand guides"),
    "other": ("other document", "other documents"),
}
RULES = {
    "MISSING_PRD": "Product requirements document missing",
    "DUPLICATE_DOC_ID": "Several files with one name",
    "MISSING_TRD": "Technical requirements document missing",
    "EPIC_NO_STORIES": "Epic without stories",
    "STORY_NO_EPIC": "Story without an epic",
    "MISSING_STATUS": "Status missing",
    "EMPTY_CONTENT": "Document without content",
    "MISSING_PLAN": "Open story without a plan",
    "MISSING_TEST_SPEC": "Open story without a test specification",
    "PLAN_NO_STORY": "Plan without a story",
    "TEST_SPEC_NO_STORY": "Test specification without a story",
    "ORPHAN_REFERENCE": "Reference to a document that does not exist",
    "MISSING_OWNER": "Owner missing",
    "DONE_UNVERIFIED": "Delivered story that is not proven",
    "AMBIGUOUS_ID": "Several documents with one id",
    "STATUS_MISMATCH": "Finished epic with unfinished stories",
    "STALE_ARTEFACT_STATUS": "Finished story with an unfinished plan or test specification",
    "UNTRIAGED_INBOX": "Still in the inbox",
    "MISSING_PRIORITY": "Priority missing",
    "MISSING_STORY_POINTS": "Story points missing",
    "STALE_DOCUMENT": "Open work in a workspace that was not read for 30 days",
}
RELATIONS = {"decomposed_into": "Decomposed into", "superseded_by": "Superseded by"}
OUTCOMES = {
    "synced": "synced",
    "held_back": "waits for confirmation",
    "error": "failed",
    "cancelled": "cancelled",
}
TRIGGERS = {"manual": "by hand", "poll": "automatic check", "start": "start of the service"}
SYNC_STATES = {
    "never_synced": "not synced yet",
    "syncing": "sync in progress",
    "synced": "synced",
    "error": "last sync did not succeed",
}
NOT_RECORDED = "proof not recorded"
PROOFS = {
    "verified": "proven",
    "failed": "failed",
    "manual": "checked by hand",
    "unstated": "not stated",
}


class Term(NamedTuple):
    """A line of the glossary; `anchor` is its address on the page."""

    anchor: str
    name: str
    meaning: str


GLOSSARY = (
    Term("blocked", "Blocked", "Work whose status is Blocked, Paused or Deferred, or that depends"
         " on work that is not finished."),
    Term("bugs", "Open bugs", "Bugs that are neither finished nor dropped, by their severity."),
    Term("criterion", "Acceptance criterion", "A statement in a story, bug, change request or issue"
         " that must be true before the work counts as done."),
    Term("delivered", "Delivered", "The work is finished: its status is Done, Complete, Fixed,"
         " Verified, Closed, Resolved, Accepted, Implemented or Spent."),
    Term("document", "Document", "A markdown file of a workspace."),
    Term("dropped", "Dropped", "The work will not be done: its status is Won't Implement, Won't"
         " Fix, Rejected, Withdrawn or Superseded."),
    Term("epic", "Epic", "A large piece of work that is split into stories."),
    Term("finding", "Finding", "A place in the documents that breaks a rule of the health check."),
    Term("gap", "Gap", "An open story without a plan or a test specification, or a delivered story"
         " that is not proven. A test specification of an epic counts for each of its stories."),
    Term("gate", "Gate", "The health check passes when it has no critical and no high finding."),
    Term("grade", "Grade", "How much of what the rules look at is in order, in per cent; rules"
         " count by their severity."),
    Term("health", "Health check", "Rules that compare the documents with each other: what is"
         " missing, contradictory or out of date."),
    Term("held-back", "Held-back deletion", "A sync that would remove an unusual number of"
         " documents stops and asks for confirmation first."),
    Term("mention", "Mention", "The id of another document in a document's text."),
    Term("open", "Open", "Work that has not begun, or whose status is unknown or missing."),
    Term("points", "Points", "The agreed size of a piece of work; not hours. An epic's points are"
         " the sum of its stories'."),
    Term("project", "Project", "A workspace that was added here, under a name."),
    Term("proof-not-recorded", "Proof not recorded", "No story of the project states whether its"
         " acceptance criteria were verified, so nothing is known about proof."),
    Term("proven", "Proven", "A delivered story all of whose acceptance criteria are verified or"
         " were checked by hand. Stories that are older than the project's practice of recording"
         " proof, by the setting `conformance.adopt_after` of the workspace, count as proven."),
    Term("relation", "Relation", "A reference to another document in the head of a document, such"
         " as `Epic` or `Depends on`."),
    Term("story", "Story", "A piece of work that gives a user something; the unit of progress."),
    Term("sync", "Sync", "Reading a workspace again, and storing what has changed."),
    Term("terminal", "Terminal", "Finished or dropped: nothing is left to do."),
    Term("under-way", "Under way", "Work that somebody is doing, reviewing or testing."),
    Term("unproven", "Not proven", "A delivered story with an acceptance criterion that has failed,"
         " or for which no verification is stated."),
    Term("workspace", "Workspace", "The folder `sdlc-studio` of a software project, with its"
         " documents."),
)  # fmt: skip


def type_name(name: str, number: int = SINGULAR) -> str:
    """The type in words."""
    return TYPES.get(name, (name, name))[number]


@lru_cache(maxsize=4096)
def short_id(doc_id: str) -> str:
    """The id at the beginning of a file's stem, `US0042` of `US0042-ask`; else the whole stem."""
    found = next(iter(find_ids(doc_id)), None)
    return doc_id[: found.end] if found and not found.start else doc_id


@lru_cache(maxsize=4096)
def without_id(title: str) -> str:
    """TITLE without the id that it begins with, which pages show next to it."""
    found = next(iter(find_ids(title)), None)
    rest = title[found.end :].lstrip(" :-\u2013\u2014") if found and not found.start else ""
    return rest or title


def counted(count: int, one: str, many: str | None = None) -> str:
    """COUNT with its noun: `1 story`, `3 stories`."""
    return f"{grouped(count)} {one if count == 1 else many or one + 's'}"


def not_proven(count: int) -> str:
    """How many stories have a gap in their proof, in the words of every page."""
    return f"{counted(count, 'delivered story', 'delivered stories')} {are(count)} not proven"


def are(count: int) -> str:
    """The verb that goes with COUNT things."""
    return "is" if count == 1 else "are"


def grouped(number: float) -> str:
    """A number with commas between thousands, and no decimals that are zero."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.1f}"


def size(octets: int) -> str:
    """A number of bytes, such as `3.4 MB`."""
    return f"{octets / 1e6:,.1f} MB" if octets >= 1e6 else f"{math.ceil(octets / 1000)} kB"


def moment(stamp: str | None) -> str:
    """A stored time, such as `27 Nov 2026, 14:05 UTC`."""
    if stamp is None:
        return "never"
    then = datetime.fromisoformat(stamp).astimezone(UTC)
    shown = f"{then.day} {then:%b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(then.isoformat(), shown)


def day(date: str) -> str:
    """A stored date, such as `2 Aug 2026`."""
    try:
        then = datetime.fromisoformat(date)
    except ValueError:  # such as 31 February
        return date
    return f"{then.day} {then:%b %Y}"


def with_code(text: str) -> Markup:
    """TEXT with what stands between backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )


def sentence(text: str | None) -> str:
    """A message as a sentence: errors begin small, and end without a full stop."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


def upper_first(text: Markup) -> Markup:
    """TEXT as the beginning of a sentence; it may begin with a tag."""
    begun = _FIRST_LETTER.sub(lambda found: found[1] + found[2].upper(), text.strip(), count=1)
    return Markup(begun)


def class_key(status_class: StatusClass) -> str:
    """The name of a status class in CSS and addresses."""
    return status_class.value.replace(" ", "-")


def relation_name(relation: str) -> str:
    """The field of a relation in words."""
    return RELATIONS.get(relation, relation.replace("_", " ").capitalize())

"""The traceability matrix: plans, test specifications, criteria and bugs of each story."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields

from sdlc_lens.db.connection import rows
from sdlc_lens.domain.checks.corpus import FIELDS, PARENT
from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.documents.kinds import StatusClass, is_terminal, status_class
from sdlc_lens.domain.documents.references import Link, Meanings
from sdlc_lens.queries.references import candidates

COVERING = ("plan", "test-spec", "bug")
"""The types that the matrix has columns for."""

_DOCUMENTS = """
SELECT id, type, doc_id, path, title, status, criteria_counts, records_verification, is_unproven
FROM documents
WHERE project_id = :id AND type IN ('epic', 'story', 'plan', 'test-spec', 'bug')
ORDER BY type, doc_id, path
"""
_REFERENCES = f"""
SELECT document_id, {", ".join(f"document_links.{name}" for name in Link._fields)}
FROM document_links JOIN documents ON documents.id = document_id
WHERE project_id = :id AND (
    type = 'bug' OR (
        type IN ('story', 'plan', 'test-spec')
        AND relation IN (SELECT value FROM json_each(:relations))
    )
)
ORDER BY document_id, position
"""
_RELATIONS = json.dumps([PARENT, *FIELDS["epic"], *FIELDS["story"]])


@dataclass(frozen=True, slots=True)
class Traced:
    """A document in the matrix."""

    type: str
    doc_id: str
    path: str
    title: str
    status: str | None

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return not is_terminal(self.type, self.status)


@dataclass(frozen=True, slots=True)
class TracedStory(Traced):
    """A story with what covers it: live documents alone, and every bug.

    `epic_specs` are test-specs of its epics that name no story; they count for each of its stories.
    """

    criteria: CriteriaCounts
    is_unproven: bool
    plans: tuple[Traced, ...]
    specs: tuple[Traced, ...]
    epic_specs: tuple[Traced, ...]
    bugs: tuple[Traced, ...]

    @property
    def lacks_plan(self) -> bool:
        """Whether the rule MISSING_PLAN has a finding on it."""
        return self.is_open and not self.plans

    @property
    def lacks_spec(self) -> bool:
        """Whether the rule MISSING_TEST_SPEC has a finding on it."""
        return self.is_open and not (self.specs or self.epic_specs)


@dataclass(frozen=True)
class TracedEpic:
    """An epic and its stories by id; `epic` is None for stories that name no known epic."""

    epic: Traced | None
    stories: tuple[TracedStory, ...]


@dataclass(frozen=True)
class Trace:
    """The matrix: epics by id, stories without one last.

    `unused` are the types without a single document. Where no story `records_proof`, `is_unproven`
    means nothing.
    """

    epics: tuple[TracedEpic, ...]
    unused: tuple[str, ...]
    records_proof: bool


_TRACED = [field.name for field in fields(Traced)]
_Links = list[tuple[int, Link, int | None]]
_Cover = defaultdict[tuple[str, int | None], dict[int, Traced]]


def trace(connection: sqlite3.Connection, project_id: int) -> Trace:
    """The traceability matrix of a project."""
    found = rows(connection, _DOCUMENTS, {"id": project_id})
    documents = {row["id"]: Traced(*(row[name] for name in _TRACED)) for row in found}
    links = _links(connection, project_id)
    named = _named(links, documents)
    cover = _cover(links, named, documents)
    own: dict[int | None, list[TracedStory]] = defaultdict(list)
    for row in found:
        if row["type"] == "story":
            epics = [epic for epic in named[row["id"], "epic"] if _is(epic, "epic", documents)]
            own[epics[0] if epics else None].append(_story(row, epics, cover))
    groups = [
        TracedEpic(document, tuple(own[number]))
        for number, document in documents.items()
        if document.type == "epic"
    ]
    if own[None]:
        groups.append(TracedEpic(None, tuple(own[None])))
    used = {document.type for document in documents.values()}
    return Trace(
        tuple(groups),
        tuple(name for name in COVERING if name not in used),
        any(row["records_verification"] for row in found if row["type"] == "story"),
    )


def _links(connection: sqlite3.Connection, project_id: int) -> _Links:
    """Each reference with the document that it is in, and the one that it means."""
    values = {"id": project_id, "relations": _RELATIONS}
    found = [(number, Link(*link)) for number, *link in rows(connection, _REFERENCES, values)]
    targets = {link.target for _, link in found}
    meanings = Meanings(candidates(connection, project_id, targets))
    return [(number, link, meanings.get(link.target, link.path)) for number, link in found]


def _named(
    links: _Links, documents: Mapping[int, Traced]
) -> defaultdict[tuple[int, str], list[int | None]]:
    """What each document names as its epics and stories, as the rules of the health check see it;
    None for what does not exist."""
    named: defaultdict[tuple[int, str], list[int | None]] = defaultdict(list)
    for number, link, meant in links:
        for type_name, relations in FIELDS.items():
            is_field = link.relation in relations and not (link.candidate and meant is None)
            if is_field or (link.relation == PARENT and _is(meant, type_name, documents)):
                named[number, type_name].append(meant)
    return named


def _cover(
    links: _Links,
    named: Mapping[tuple[int, str], list[int | None]],
    documents: Mapping[int, Traced],
) -> _Cover:
    """By type and story or epic the documents that cover it: all bugs that refer to it, live plans
    and test-specs; for an epic only those that name no story."""
    cover: _Cover = defaultdict(dict)
    for (number, type_name), meant in named.items():
        document = documents[number]
        is_whole = type_name == "story" or (number, "story") not in named
        if document.type in ("plan", "test-spec") and is_whole and _is_live(document):
            for other in meant:
                if _is(other, type_name, documents):
                    cover[document.type, other][number] = document
    for number, _, other in links:
        if documents[number].type == "bug":
            cover["bug", other][number] = documents[number]
    return cover


def _story(
    row: sqlite3.Row,
    epics: list[int | None],
    cover: _Cover,
) -> TracedStory:
    counts, own = row["criteria_counts"], row["id"]
    of_epics = {number: spec for epic in epics for number, spec in cover["test-spec", epic].items()}
    return TracedStory(
        **{name: row[name] for name in _TRACED},
        criteria=CriteriaCounts(**json.loads(counts)) if counts else CriteriaCounts(),
        is_unproven=bool(row["is_unproven"]),
        plans=tuple(cover["plan", own].values()),
        specs=tuple(cover["test-spec", own].values()),
        epic_specs=tuple(of_epics.values()),
        bugs=tuple(cover["bug", own].values()),
    )


def _is(number: int | None, type_name: str, documents: Mapping[int, Traced]) -> bool:
    document = documents.get(number) if number is not None else None
    return document is not None and document.type == type_name


def _is_live(document: Traced) -> bool:
    return status_class(document.type, document.status) is not StatusClass.DROPPED

"""Search by the index that the database keeps: the documents asked for by name come first, then
those with all words in their title, those with some, and the others, each by relevance.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache

from pydantic import TypeAdapter

from sdlc_lens.db.connection import rows
from sdlc_lens.domain.documents.parse import decode
from sdlc_lens.domain.search.excerpt import Patterns, beginning, excerpt, patterns_of
from sdlc_lens.domain.search.query import Query, Term
from sdlc_lens.queries.documents.listing import NOTHING

MOST_DOCUMENTS, MOST_HITS, MOST_BYTES = 10_000, 250, 300_000
"""A quick search has at most so many documents stored, so many found, and so many bytes a page."""

_IN_TEXT, _PARTLY_TITLED, _TITLED, _NAMED = range(4)

# CROSS keeps SQLite from asking the index again for each single document. A page past the end
# still has a row, for the total.
_SQL = """
WITH hits AS MATERIALIZED (
    SELECT search.rowid AS id, -bm25(search, 4, 8, 1) AS relevance
    FROM search {joins} WHERE search MATCH :words {conditions} LIMIT :most_hits
),
called (id, own) AS (
    SELECT document_id, own FROM document_refs WHERE ref = :ref
    UNION SELECT id, 1 FROM documents WHERE doc_id = :name COLLATE NOCASE
),
named AS (
    SELECT called.id, max(:named + own + 2 * (documents.type IS :type)) AS tier
    FROM called JOIN documents USING (id) GROUP BY called.id
),
page AS MATERIALIZED (
    SELECT hits.id, relevance, coalesce(tier, {titled}) AS tier
    FROM hits LEFT JOIN named USING (id)
    ORDER BY tier DESC, relevance DESC, id LIMIT :limit OFFSET :offset
)
SELECT total, page.id, tier, relevance, doc_id, ref, path, type, title, status,
    projects.slug AS project_slug, projects.name AS project_name
FROM (SELECT count(*) AS total FROM hits)
LEFT JOIN page ON true
LEFT JOIN documents ON documents.id = page.id
LEFT JOIN projects ON projects.id = documents.project_id
ORDER BY tier DESC, relevance DESC, page.id
"""
_SOURCES = """
SELECT document_id, source FROM document_sources
WHERE document_id IN (SELECT value FROM json_each(:ids))
"""
_HIGHEST_ID = "SELECT max(id) FROM documents"
_FOUND_BY = f"""
SELECT projects.slug, documents.type, coalesce(documents.status, '{NOTHING}') AS status,
    count(*) AS documents
FROM search {{joins}} WHERE search MATCH :words {{conditions}} GROUP BY 1, 2, 3
"""
_ALL_TITLED = "(hits.id IN (SELECT rowid FROM search WHERE search MATCH :all_in_title))"
_SOME_TITLED = "(hits.id IN (SELECT rowid FROM search WHERE search MATCH :some_in_title))"
_JOINS = """
    CROSS JOIN documents ON documents.id = search.rowid
    CROSS JOIN projects ON projects.id = documents.project_id
"""
_COLUMNS = {
    "projects": "projects.slug",
    "types": "documents.type",
    "statuses": "documents.status",
    "owners": "documents.owner",
    "epics": "documents.epic",
}


@dataclass(frozen=True)
class Filters:
    """Where to look: of one filter's values any will do, an empty one lets all pass."""

    projects: Sequence[str] = ()
    types: Sequence[str] = ()
    statuses: Sequence[str] = ()
    owners: Sequence[str] = ()
    epics: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SearchItem:
    """A document that was found; `snippet` is HTML, `score` falls or stays from item to item."""

    doc_id: str
    ref: str | None
    path: str
    type: str
    title: str
    status: str | None
    project_slug: str
    project_name: str
    snippet: str
    score: float


Found = tuple[int, list[SearchItem]]
_ITEMS = TypeAdapter(list[SearchItem])


def search_documents(
    connection: sqlite3.Connection, query: Query, filters: Filters, offset: int, limit: int
) -> Found:
    """How many documents there are with all terms of QUERY, and a page of them, the best first."""
    total, found = _page(connection, query, filters, offset, limit)
    return total, _items(found, dict(_sources(connection, found)), query)


def search_quickly(
    connection: sqlite3.Connection, query: Query, filters: Filters, offset: int, limit: int
) -> Found | None:
    """The same where that takes some milliseconds; None where it would take more."""
    (highest,) = connection.execute(_HIGHEST_ID).fetchone()
    begins_broadly = any(
        term.is_open and len(form) == 1 for term in query.terms for form in term.forms
    )
    if begins_broadly or (highest or 0) > MOST_DOCUMENTS:
        return None
    total, found = _page(connection, query, filters, offset, limit, MOST_HITS + 1)
    if total > MOST_HITS:
        return None
    sources, size = {}, 0
    for document_id, source in _sources(connection, found):
        sources[document_id] = source
        size += len(source)
        if size > MOST_BYTES:
            return None
    return total, _items(found, sources, query)


def count_found(
    connection: sqlite3.Connection, query: Query, filters: Filters
) -> list[tuple[str, str, str, int]]:
    """How many documents with all terms of QUERY each project has of each type and status."""
    if not query.terms:
        return []
    given = {name: json.dumps(values) for name, values in asdict(filters).items() if values}
    statement = _FOUND_BY.format(joins=_JOINS, conditions=_conditions(tuple(given)))
    found = rows(connection, statement, given | {"words": expression(query.terms)})
    return [(row["slug"], row["type"], row["status"], row["documents"]) for row in found]


@cache
def _statement(filters: tuple[str, ...], has_many_terms: bool) -> str:
    return _SQL.format(
        joins=_JOINS if filters else "",
        conditions=_conditions(filters),
        titled=f"{_ALL_TITLED} + {_SOME_TITLED}" if has_many_terms else f"2 * {_ALL_TITLED}",
    )


def _conditions(filters: tuple[str, ...]) -> str:
    conditions = (
        f"AND coalesce({_COLUMNS[name]}, '{NOTHING}') IN (SELECT value FROM json_each(:{name}))"
        for name in filters
    )
    return " ".join(conditions)


def _values(query: Query) -> dict[str, object]:
    words = expression(query.terms)
    return {
        "words": words,
        "all_in_title": f"{{name title}} : ({words})",
        "some_in_title": f"{{name title}} : ({expression(query.terms, 'OR')})",
        "ref": query.ref,
        "name": query.name,
        "type": query.type,
        "named": _NAMED,
    }


def expression(terms: Sequence[Term], operator: str = "AND") -> str:
    """TERMS in the index's own language; all of a term is quoted, so that none of it is syntax."""
    return f" {operator} ".join(f"({' OR '.join(_quoted(term))})" for term in terms)


def _quoted(term: Term) -> list[str]:
    end = '"*' if term.is_open else '"'
    return ['"' + form.replace('"', '""') + end for form in term.forms]


def _page(
    connection: sqlite3.Connection,
    query: Query,
    filters: Filters,
    offset: int,
    limit: int,
    most_hits: int = -1,
) -> tuple[int, list[sqlite3.Row]]:
    if not query.terms:
        return 0, []
    given = {name: json.dumps(values) for name, values in asdict(filters).items() if values}
    statement = _statement(tuple(given), len(query.terms) > 1)
    page = {"offset": offset, "limit": limit, "most_hits": most_hits}
    found = rows(connection, statement, _values(query) | given | page)
    return found[0]["total"], [row for row in found if row["id"] is not None]


def _sources(
    connection: sqlite3.Connection, found: Sequence[sqlite3.Row]
) -> Iterator[tuple[int, bytes]]:
    """The texts of the documents, one after the other."""
    ids = json.dumps([row["id"] for row in found])
    return connection.execute(_SOURCES, {"ids": ids})


def _items(
    found: Sequence[sqlite3.Row], sources: Mapping[int, bytes], query: Query
) -> list[SearchItem]:
    patterns = patterns_of(query.terms)
    return _ITEMS.validate_python([_item(row, sources[row["id"]], patterns) for row in found])


def _item(row: sqlite3.Row, source: bytes, patterns: Patterns) -> dict[str, object]:
    values = dict(zip(row.keys(), row, strict=True))
    text = decode(source)
    # From the text, else from the title or the name; else the start of the text.
    values["snippet"] = (
        excerpt(text, patterns)
        or excerpt(values["title"], patterns)
        or excerpt(values["doc_id"], patterns)
        or beginning(text)
    )
    values["score"] = _score(values["tier"], values["relevance"])
    return values


def _score(tier: int, relevance: float) -> float:
    """One falling line from 1 to 0: documents named, then a third of it for each lower tier."""
    if tier >= _NAMED:
        return 1.0
    return round((tier + relevance / (1 + relevance)) / _NAMED, 6)

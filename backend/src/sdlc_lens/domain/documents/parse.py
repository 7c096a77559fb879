"""Parses the bytes of a file into a Document; any bytes are accepted."""

import hashlib
import json
import re
from collections.abc import Iterable

from sdlc_lens.domain.documents.acceptance import read_criteria
from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.criteria import count, is_unproven
from sdlc_lens.domain.documents.document import Document
from sdlc_lens.domain.documents.header import Field, Head, read_head
from sdlc_lens.domain.documents.kinds import WITH_CRITERIA
from sdlc_lens.domain.documents.layout import identify, stem
from sdlc_lens.domain.documents.references import Link, aliases, mentions, references
from sdlc_lens.domain.documents.visible import visible

PARSER_VERSION = 6
"""To be raised with every change of what parsing gives: documents already stored follow it."""

_POINTS = "story points"
_SHOWN_AS_FIELDS = frozenset({"status", "owner", "priority", "epic", "story"})
_NUMBER = re.compile(
    r"[*_` ]*+([0-9]{1,15}+(?:\.[0-9]{1,15}+)?|\.[0-9]{1,15}+)(?!\.?[0-9]|[eE][0-9])"
)
_POINTS_LINE = re.compile(
    r"\n[ \t]*+(?:[-*+][ \t]++)?\*\*story points(?::\*\*|\*\*[ \t]*:)[ \t]*+"
    rf"{_NUMBER.pattern}",
    re.IGNORECASE,
)
_POINTS_MARKS = ("tory Points", "tory points")  # looked for first: they are rare
_NO_OWNER = re.compile(r"[*_ ]*(?:tbd|unassigned|\{\{.*\}\})[*_ ]*", re.IGNORECASE | re.DOTALL)


def decode(source: bytes) -> str:
    """The text of a file; invalid UTF-8 is replaced by a marker."""
    return source.decode("utf-8", errors="replace")


def content(source: bytes, start: int) -> bytes:
    """The text of a document without its title and fields, to the last byte.

    START is the document's `content_start`; the lines between its fields come first.
    """
    # To decode the rest would take four bytes for each character of a text that has an emoji.
    head = decode(source[: 4 * start])[:start]
    if "\ufffd" in head:  # a marker may stand for fewer bytes than its own three
        source = decode(source).encode()
    return read_head(head).note.encode() + source[len(head.encode()) :]


def parsed_by(configuration: Configuration) -> str:
    """Identifies this parser and its settings: others may parse a document differently."""
    settings = json.dumps([sorted(configuration.vocabulary.items()), configuration.adopt_after])
    return f"{PARSER_VERSION}:{hashlib.sha256(settings.encode()).hexdigest()[:16]}"


def parse(path: str, source: bytes, configuration: Configuration) -> Document:
    """The document at PATH, relative to its workspace, with this source."""
    identity = identify(path)
    text = decode(source)
    head = read_head(text)
    body = head.note + text[head.length :]
    folder = path.rpartition("/")[0]
    links = references(head.entries, folder)
    others = aliases(head.entries)
    has_criteria = identity.type in WITH_CRITERIA
    criteria = read_criteria(visible(body)) if has_criteria else ()
    counts = count(criteria) if has_criteria else None
    status = configuration.statuses.canonical(identity.type, head.value("status"))
    return Document(
        path=path,
        type=identity.type,
        doc_id=identity.doc_id,
        ref=identity.ref,
        title=head.title or stem(path.rpartition("/")[2]),
        status=status,
        owner=_owner(head.value("owner")),
        priority=head.value("priority"),
        story_points=_points(head, body),
        epic=_reference("epic", links) or head.value("epic"),
        story=_reference("story", links) or head.value("story"),
        metadata={field.name: field.value for field in head.entries if not _is_shown(field)},
        content_start=head.length,
        content_length=len(body.strip()),
        aliases=others,
        links=(*links, *mentions(f"{head.title or ''}\n{body}", {identity.ref, *others}, folder)),
        criteria=criteria,
        severity=head.value("severity"),
        criteria_counts=counts,
        records_verification=any(criterion.verified is not None for criterion in criteria),
        is_unproven=is_unproven(
            identity.type, status, identity.ref, counts, configuration.adopt_after
        ),
    )


def _is_shown(field: Field) -> bool:
    """Whether a field of the document holds the whole value."""
    if field.key == _POINTS:
        return bool(_NUMBER.fullmatch(field.value))
    return field.key in _SHOWN_AS_FIELDS


def _owner(written: str | None) -> str | None:
    return None if written is None or _NO_OWNER.fullmatch(written) else written


def _points(head: Head, body: str) -> float | None:
    """The number at the start of the field; without one, of a line of the content."""
    if field := head.by_key.get(_POINTS):
        found = _NUMBER.match(field.value)
    elif any(mark in body for mark in _POINTS_MARKS) and _POINTS_LINE.search(f"\n{body}"):
        found = _POINTS_LINE.search(f"\n{visible(body)}")
    else:
        found = None
    return float(found[1]) if found else None


def _reference(relation: str, links: Iterable[Link]) -> str | None:
    return next((link.target for link in links if link.relation == relation), None)

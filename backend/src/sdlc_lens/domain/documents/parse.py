"""The bytes of a file become a Document; whatever the bytes are, that succeeds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.criteria import CriteriaCounts, Criterion, count, read_criteria
from sdlc_lens.domain.documents.header import Head, read_head
from sdlc_lens.domain.documents.kinds import WITH_CRITERIA
from sdlc_lens.domain.documents.layout import identify, stem
from sdlc_lens.domain.documents.references import Link, aliases, mentions, references
from sdlc_lens.domain.documents.visible import visible

PARSER_VERSION = 5
"""To be raised with every change of what parsing gives: documents already stored follow it."""

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


@dataclass(frozen=True)
class Document:
    """What is known of one file of a workspace; `criteria` are None for a type without any."""

    path: str
    type: str
    doc_id: str
    ref: str | None
    title: str
    status: str | None
    owner: str | None
    priority: str | None
    story_points: float | None
    epic: str | None
    story: str | None
    fields: dict[str, str]
    content_start: int
    content_length: int
    aliases: tuple[str, ...]
    links: tuple[Link, ...]
    criteria: tuple[Criterion, ...] | None
    criteria_counts: CriteriaCounts | None


def decode(source: bytes) -> str:
    """The text of a file; bytes that are no UTF-8 are marked, never lost from the source."""
    return source.decode("utf-8", errors="replace")


def content(source: bytes, start: int) -> str:
    """The text of a document without its title and fields, to the last character.

    START is the document's `content_start`; the lines between its fields come first.
    """
    text = decode(source)
    return read_head(text[:start]).note + text[start:]


def parse(path: str, source: bytes, configuration: Configuration) -> Document:
    """The document at PATH, relative to its workspace, with this source."""
    identity = identify(path)
    text = decode(source)
    head = read_head(text)
    body = head.note + text[head.length :]
    folder = path.rpartition("/")[0]
    links = references(head.entries, folder)
    others = aliases(head.entries)
    criteria = read_criteria(visible(body)) if identity.type in WITH_CRITERIA else None
    return Document(
        path=path,
        type=identity.type,
        doc_id=identity.doc_id,
        ref=identity.ref,
        title=head.title or stem(path.rpartition("/")[2]),
        status=configuration.statuses.canonical(identity.type, head.value("status")),
        owner=_owner(head.value("owner")),
        priority=head.value("priority"),
        story_points=_points(head, body),
        epic=_reference("epic", links) or head.value("epic"),
        story=_reference("story", links) or head.value("story"),
        fields=head.fields,
        content_start=head.length,
        content_length=len(body.strip()),
        aliases=others,
        links=(*links, *mentions(f"{head.title or ''}\n{body}", {identity.ref, *others}, folder)),
        criteria=criteria,
        criteria_counts=None if criteria is None else count(criteria),
    )


def _owner(written: str | None) -> str | None:
    return None if written is None or _NO_OWNER.fullmatch(written) else written


def _points(head: Head, body: str) -> float | None:
    """The number at the start of the field; without one, of a line of the content."""
    if field := head.by_key.get("story points"):
        found = _NUMBER.match(field.value)
    elif any(mark in body for mark in _POINTS_MARKS) and _POINTS_LINE.search(f"\n{body}"):
        found = _POINTS_LINE.search(f"\n{visible(body)}")
    else:
        found = None
    return float(found[1]) if found else None


def _reference(relation: str, links: Iterable[Link]) -> str | None:
    return next((link.target for link in links if link.relation == relation), None)

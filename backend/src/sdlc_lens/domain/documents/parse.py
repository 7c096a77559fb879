"""The bytes of a file become a Document; whatever the bytes are, that succeeds."""

import re
from dataclasses import dataclass

from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.header import Head, read_head, with_ids
from sdlc_lens.domain.documents.ids import first_id
from sdlc_lens.domain.documents.layout import identify, stem
from sdlc_lens.domain.documents.references import Link, aliases, mentions, references
from sdlc_lens.domain.documents.status import canonical

PARSER_VERSION = 4
"""To be raised with every change of what parsing gives: documents already stored follow it."""

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?|\.[0-9]{1,15}")


@dataclass(frozen=True)
class Document:
    """What is known of one file of a workspace."""

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


def decode(source: bytes) -> str:
    """The text of a file; bytes that are no UTF-8 are marked, never lost from the source."""
    return source.decode("utf-8", errors="replace")


def content(source: bytes, start: int) -> str:
    """What follows a document's title and metadata block, to the last character."""
    return decode(source)[start:]


def parse(path: str, source: bytes, configuration: Configuration) -> Document:
    """The document at PATH, relative to its workspace, with this source."""
    identity = identify(path)
    text = decode(source)
    head = read_head(text)
    others = aliases(head.entries)
    return Document(
        path=path,
        type=identity.type,
        doc_id=identity.doc_id,
        ref=identity.ref,
        title=head.title or stem(path.rpartition("/")[2]),
        status=canonical(head.value("status"), configuration.statuses(identity.type)),
        owner=head.value("owner"),
        priority=head.value("priority"),
        story_points=_points(head.value("points", "story points")),
        epic=_reference(head, "epic"),
        story=_reference(head, "story"),
        fields=head.fields,
        content_start=head.length,
        content_length=len(text[head.length :].strip()),
        aliases=others,
        links=(
            *references(head.entries),
            *mentions(f"{head.title or ''}\n{text[head.length :]}", {identity.ref, *others}),
        ),
    )


def _points(written: str | None) -> float | None:
    number = (written or "").strip("*_ ")
    return float(number) if _NUMBER.fullmatch(number) else None


def _reference(head: Head, key: str) -> str | None:
    field = head.field(key)
    return (first_id(with_ids(field.written)) or field.value or None) if field else None

"""The bytes of a file become a Document; whatever the bytes are, that succeeds."""

import re
from dataclasses import dataclass

from sdlc_lens.domain.config import Configuration
from sdlc_lens.domain.header import Head, read_head
from sdlc_lens.domain.ids import first_id
from sdlc_lens.domain.layout import identify, stem
from sdlc_lens.domain.status import canonical

PARSER_VERSION = 1
"""To be raised with every change of what parsing gives: documents already stored follow it."""

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


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


def parse(path: str, source: bytes, configuration: Configuration) -> Document:
    """The document at PATH, relative to its workspace, with this source."""
    identity = identify(path)
    head = read_head(source.decode("utf-8", errors="replace"))
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
    )


def _points(written: str | None) -> float | None:
    return float(written) if written and _NUMBER.fullmatch(written) else None


def _reference(head: Head, name: str) -> str | None:
    written = head.value(name)
    return written and (first_id(written) or written)

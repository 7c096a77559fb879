"""The bytes of a file become a Document; whatever the bytes are, that succeeds."""

import hashlib
import json
import re

from sdlc_lens.domain.documents.config import Configuration
from sdlc_lens.domain.documents.document import Document
from sdlc_lens.domain.documents.header import Head, read_head, with_ids
from sdlc_lens.domain.documents.ids import first_id
from sdlc_lens.domain.documents.layout import identify, stem
from sdlc_lens.domain.documents.references import aliases, mentions, references
from sdlc_lens.domain.documents.status import canonical

PARSER_VERSION = 5
"""To be raised with every change of what parsing gives: documents already stored follow it."""

_POINTS = ("points", "story points")
_HAVE_A_FIELD = frozenset({"status", "owner", "priority", "epic", "story"})
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?|\.[0-9]{1,15}")


def decode(source: bytes) -> str:
    """The text of a file; bytes that are no UTF-8 are marked, never lost from the source."""
    return source.decode("utf-8", errors="replace")


def content(source: bytes, start: int) -> str:
    """What follows a document's title and metadata block, to the last character."""
    return decode(source)[start:]


def parsed_by(configuration: Configuration) -> str:
    """A mark of this parser and a workspace's vocabulary: another one may read another result."""
    vocabulary = json.dumps(sorted(configuration.vocabulary.items()))
    return f"{PARSER_VERSION}:{hashlib.sha256(vocabulary.encode()).hexdigest()[:16]}"


def parse(path: str, source: bytes, configuration: Configuration) -> Document:
    """The document at PATH, relative to its workspace, with this source."""
    identity = identify(path)
    text = decode(source)
    head = read_head(text)
    others = aliases(head.entries)
    points = _points(head.value(*_POINTS))
    shown = _HAVE_A_FIELD if points is None else _HAVE_A_FIELD.union(_POINTS)
    return Document(
        path=path,
        type=identity.type,
        doc_id=identity.doc_id,
        ref=identity.ref,
        title=head.title or stem(path.rpartition("/")[2]),
        status=canonical(head.value("status"), configuration.statuses(identity.type)),
        owner=head.value("owner"),
        priority=head.value("priority"),
        story_points=points,
        epic=_reference(head, "epic"),
        story=_reference(head, "story"),
        metadata={field.name: field.value for field in head.entries if field.key not in shown},
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

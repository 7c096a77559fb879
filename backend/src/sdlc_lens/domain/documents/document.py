"""The fields of a document, each declared once.

Tables, answers and the health check take their columns from these classes by name: a field of
`Summary` is in lists, details and rules, one of `Details` in details, one of `Document` in the
table alone. A new field needs a line here, its value in `parse`, and a migration.
"""

from dataclasses import dataclass

from sdlc_lens.domain.documents.criteria import CriteriaCounts, Criterion
from sdlc_lens.domain.documents.references import Link


@dataclass(frozen=True, slots=True)
class Summary:
    """A document in a list."""

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


@dataclass(frozen=True, slots=True)
class Details(Summary):
    """A document by itself; `metadata` are the header fields that no other field here holds."""

    metadata: dict[str, str]
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Document(Details):
    """A document as it was parsed; its content begins at a character of the source's text.

    `criteria_counts` are None for a type that states no criteria; `records_verification` says
    whether one of the criteria has a `Verified:` line.
    """

    severity: str | None
    criteria_counts: CriteriaCounts | None
    records_verification: bool
    is_unproven: bool
    content_start: int
    content_length: int
    aliases: tuple[str, ...]
    links: tuple[Link, ...]

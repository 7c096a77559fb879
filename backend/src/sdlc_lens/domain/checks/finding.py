"""What a rule of the health check is, and what it gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sdlc_lens.domain.checks.corpus import Corpus, Facts


class Severity(StrEnum):
    """How much a finding weighs, the heaviest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Category(StrEnum):
    """What a finding is about."""

    COMPLETENESS = "completeness"
    CONSISTENCY = "consistency"
    QUALITY = "quality"
    INTEGRITY = "integrity"


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that breaks a rule, and the documents that it is about."""

    message: str
    documents: tuple[Facts, ...]


Checks = Iterator[Failure | None]
"""One entry for each thing that a rule looked at; None where it is in order."""


@dataclass(frozen=True)
class Rule:
    """A rule by its id, with a cure for whatever breaks it."""

    id: str
    severity: Severity
    category: Category
    check: Callable[[Corpus], Checks]
    fix: str


def verdict(holds: bool, message: str, *documents: Facts) -> Failure | None:
    """Nothing where a rule HOLDS, else the failure that MESSAGE tells."""
    return None if holds else Failure(message, documents)

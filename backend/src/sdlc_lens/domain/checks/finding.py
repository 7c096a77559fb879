"""Rules of the health check, and their findings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sdlc_lens.domain.checks.corpus import Corpus, Facts


class Severity(StrEnum):
    """The severity of a finding, most severe first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Category(StrEnum):
    """The category of a finding."""

    COMPLETENESS = "completeness"
    CONSISTENCY = "consistency"
    QUALITY = "quality"
    INTEGRITY = "integrity"


@dataclass(frozen=True, slots=True)
class Failure:
    """A violation of a rule, and the documents that it is about."""

    message: str
    documents: tuple[Facts, ...]


Checks = Iterator[Failure | None]
"""One entry for each thing that a rule looked at; None where it is in order."""


@dataclass(frozen=True)
class Rule:
    """A rule: its id, severity, category, check and fix."""

    id: str
    severity: Severity
    category: Category
    check: Callable[[Corpus], Checks]
    fix: str


def verdict(holds: bool, message: str, *documents: Facts) -> Failure | None:
    """No failure where a rule HOLDS, else one with MESSAGE."""
    return None if holds else Failure(message, documents)

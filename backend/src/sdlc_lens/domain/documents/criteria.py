"""Acceptance criteria, and whether each of them is proven."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sdlc_lens.domain.documents.ids import number
from sdlc_lens.domain.documents.kinds import is_delivered

_VERDICT = re.compile(r"[\W_]*(yes|no|manual)\b", re.IGNORECASE)


class Outcome(StrEnum):
    """The outcome of a criterion."""

    VERIFIED = "verified"
    FAILED = "failed"
    MANUAL = "manual"
    UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class Criterion:
    """An acceptance criterion as it is written.

    `verify` says how to prove it, `verified` whether it was, `verified_on` when (YYYY-MM-DD).
    """

    id: str | None
    text: str
    checked: bool | None = None
    verify: str | None = None
    verified: str | None = None
    verified_on: str | None = None

    @property
    def outcome(self) -> Outcome:
        """Whether it is proven, by its `Verified:` line, else by its `Verify:` line."""
        if self.verified is None:
            verdict = _verdict(self.verify or "")
            return Outcome.MANUAL if verdict == "manual" else Outcome.UNSTATED
        return _OUTCOMES.get(_verdict(self.verified), Outcome.UNSTATED)


_OUTCOMES = {"yes": Outcome.VERIFIED, "no": Outcome.FAILED, "manual": Outcome.MANUAL}


@dataclass(frozen=True, slots=True)
class CriteriaCounts:
    """How many criteria there are, by outcome."""

    total: int = 0
    verified: int = 0
    failed: int = 0
    manual: int = 0
    unstated: int = 0

    def __add__(self, other: "CriteriaCounts") -> "CriteriaCounts":
        return CriteriaCounts(
            self.total + other.total,
            self.verified + other.verified,
            self.failed + other.failed,
            self.manual + other.manual,
            self.unstated + other.unstated,
        )


def count(criteria: Iterable[Criterion]) -> CriteriaCounts:
    """The counts of CRITERIA."""
    outcomes = [criterion.outcome for criterion in criteria]
    return CriteriaCounts(
        total=len(outcomes),
        verified=outcomes.count(Outcome.VERIFIED),
        failed=outcomes.count(Outcome.FAILED),
        manual=outcomes.count(Outcome.MANUAL),
        unstated=outcomes.count(Outcome.UNSTATED),
    )


def is_unproven(
    type_name: str,
    status: str | None,
    ref: str | None,
    counts: CriteriaCounts | None,
    adopt_after: int | None,
) -> bool:
    """Whether a document is a delivered story with a criterion that is failed or unstated.

    A story whose number is at most ADOPT_AFTER is older than the practice. In a workspace in which
    no story records what was verified, this means nothing.
    """
    has_gaps = counts is not None and counts.failed + counts.unstated > 0
    is_older = (
        adopt_after is not None
        and ref is not None
        and (own := number(ref)) is not None
        and own <= adopt_after
    )
    return type_name == "story" and has_gaps and is_delivered(type_name, status) and not is_older


def _verdict(written: str) -> str:
    found = _VERDICT.match(written)
    return found[1].lower() if found else ""

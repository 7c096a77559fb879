"""Bars of stacked segments, drawn as SVG by a template."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sdlc_lens.domain.documents.kinds import StatusClass, status_class

WIDTH = 260
LEGEND = {
    "proven": "delivered and proven",
    "unproven": "delivered, not proven",
    "unrecorded": "delivered, proof not recorded",
    "finished": "finished",
    "under-way": "under way",
    "blocked": "blocked",
    "open": "open",
    "dropped": "dropped",
}
"""What each kind of segment means, in the order in which they are drawn."""

_KINDS = {
    StatusClass.UNDER_WAY: "under-way",
    StatusClass.BLOCKED: "blocked",
    StatusClass.OPEN: "open",
    StatusClass.DROPPED: "dropped",
}


@dataclass(frozen=True)
class Segment:
    """Documents of one kind: their number, and the part of the bar that stands for them."""

    kind: str
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A bar, and its figures in words."""

    segments: tuple[Segment, ...]
    total: int

    @property
    def figures(self) -> str:
        parts = (f"{segment.count} {LEGEND[segment.kind]}" for segment in self.segments)
        return ", ".join(parts) or "nothing"

    @property
    def counts(self) -> list[int]:
        """How many documents there are of each kind, in the order of the legend."""
        return [self.count(kind) for kind in LEGEND]

    def count(self, kind: str) -> int:
        """How many documents of this kind there are."""
        return sum(segment.count for segment in self.segments if segment.kind == kind)

    @property
    def delivered(self) -> int:
        """How many are delivered."""
        return sum(map(self.count, ("proven", "unproven", "unrecorded", "finished")))


def story_bar(statuses: Iterable[tuple[str | None, int]], unproven: int | None) -> Bar:
    """Stories by status. UNPROVEN of the delivered are not proven; None: proof is not recorded."""
    kinds = _by_kind("story", statuses)
    delivered = kinds.pop("finished", 0)
    if unproven is None:
        kinds["unrecorded"] = delivered
    else:
        kinds["proven"], kinds["unproven"] = delivered - unproven, unproven
    return _bar(kinds)


def status_bar(type_name: str, statuses: Iterable[tuple[str | None, int]]) -> Bar:
    """Documents of one type by status."""
    return _bar(_by_kind(type_name, statuses))


def _by_kind(type_name: str, statuses: Iterable[tuple[str | None, int]]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for status, count in statuses:
        kinds[_KINDS.get(status_class(type_name, status), "finished")] += count
    return kinds


def _bar(kinds: Counter[str]) -> Bar:
    total = kinds.total()
    segments, start = [], 0.0
    for kind in LEGEND:
        if count := kinds[kind]:
            width = WIDTH * count / total
            # A gap of one pixel keeps neighbours apart without colour.
            drawn = max(width - 1, 0.5) if count < total else width
            segments.append(Segment(kind, count, round(start, 2), round(drawn, 2)))
            start += width
    return Bar(tuple(segments), total)

"""How many documents there are of what type and status, and how much of the work is done."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sdlc_lens.domain.documents.kinds import is_terminal

NO_STATUS = "null"
_STORY = "story"


@dataclass(frozen=True)
class Count:
    """So many documents of one project have this type and status."""

    project_id: int
    type: str
    status: str | None
    documents: int
    points: float


@dataclass(frozen=True)
class Statistics:
    """Sums over documents; `completion_percentage` and `points` look at stories alone."""

    total_documents: int
    by_type: dict[str, int]
    by_status: dict[str, int]
    completion_percentage: float
    points: dict[str, float]


def summarise(counts: Iterable[Count]) -> Statistics:
    """The statistics of all COUNTS together."""
    by_type: Counter[str] = Counter()
    by_status: Counter[str] = Counter()
    points: dict[str, float] = defaultdict(float)
    done = 0
    for count in counts:
        by_type[count.type] += count.documents
        by_status[count.status or NO_STATUS] += count.documents
        if count.type == _STORY:
            points[count.status or NO_STATUS] += count.points
            done += count.documents if is_terminal(_STORY, count.status) else 0
    return Statistics(
        by_type.total(),
        dict(sorted(by_type.items())),
        dict(sorted(by_status.items())),
        percentage(done, by_type[_STORY]),
        {status: total for status, total in sorted(points.items()) if total},
    )


def by_project(counts: Iterable[Count]) -> Mapping[int, list[Count]]:
    """The counts of each project; none for a project without documents."""
    own: dict[int, list[Count]] = defaultdict(list)
    for count in counts:
        own[count.project_id].append(count)
    return own


def percentage(part: int, whole: int) -> float:
    """PART of WHOLE in per cent with one decimal; nothing of nothing is 0."""
    return round(100 * part / whole, 1) if whole else 0.0

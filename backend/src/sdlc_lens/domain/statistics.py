"""Statistics: documents by type and status, completion, criteria, open bugs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sdlc_lens.domain.documents.criteria import CriteriaCounts
from sdlc_lens.domain.documents.kinds import is_delivered, is_terminal

NO_STATUS = "null"
SEVERITIES = ("critical", "high", "medium", "low")
OTHER_SEVERITY, NO_SEVERITY = "other", "none"
_STORY = "story"
_BUG = "bug"


@dataclass(frozen=True)
class Count:
    """So many documents of one project have this type, status and severity, and sums over them.

    `records_verification` says whether any of them does.
    """

    project_id: int
    type: str
    status: str | None
    documents: int
    points: float = 0.0
    severity: str | None = None
    criteria: CriteriaCounts = field(default_factory=CriteriaCounts)
    records_verification: bool = False
    unproven: int = 0


@dataclass(frozen=True)
class Statistics:
    """Sums over documents; from `completion_percentage` to `unproven` over stories alone.

    `unproven` is None where no story records what was verified. Open bugs are by severity.
    """

    total_documents: int
    by_type: dict[str, int]
    by_status: dict[str, int]
    completion_percentage: float
    points: dict[str, float]
    criteria: CriteriaCounts
    delivered: int
    unproven: int | None
    open_bugs: dict[str, int]


def summarise(counts: Iterable[Count]) -> Statistics:
    """The statistics of all COUNTS together."""
    by_type: Counter[str] = Counter()
    by_status: Counter[str] = Counter()
    points: dict[str, float] = defaultdict(float)
    done = delivered = 0
    criteria = CriteriaCounts()
    unproven: Counter[int] = Counter()
    recording: set[int] = set()
    open_bugs = dict.fromkeys((*SEVERITIES, OTHER_SEVERITY, NO_SEVERITY), 0)
    for count in counts:
        by_type[count.type] += count.documents
        by_status[count.status or NO_STATUS] += count.documents
        if count.type == _STORY:
            points[count.status or NO_STATUS] += count.points
            done += count.documents if is_terminal(_STORY, count.status) else 0
            delivered += count.documents if is_delivered(_STORY, count.status) else 0
            criteria += count.criteria
            unproven[count.project_id] += count.unproven
            if count.records_verification:
                recording.add(count.project_id)
        elif count.type == _BUG and not is_terminal(_BUG, count.status):
            open_bugs[_severity(count.severity)] += count.documents
    return Statistics(
        by_type.total(),
        dict(sorted(by_type.items())),
        dict(sorted(by_status.items())),
        percentage(done, by_type[_STORY]),
        {status: total for status, total in sorted(points.items()) if total},
        criteria,
        delivered,
        sum(unproven[project_id] for project_id in recording) if recording else None,
        open_bugs,
    )


def by_project(counts: Iterable[Count]) -> Mapping[int, list[Count]]:
    """The counts of each project; none for a project without documents."""
    own: dict[int, list[Count]] = defaultdict(list)
    for count in counts:
        own[count.project_id].append(count)
    return own


def _severity(written: str | None) -> str:
    if written is None:
        return NO_SEVERITY
    severity = written.casefold()
    return severity if severity in SEVERITIES else OTHER_SEVERITY


def percentage(part: int, whole: int) -> float:
    """PART of WHOLE in per cent with one decimal; nothing of nothing is 0."""
    return round(100 * part / whole, 1) if whole else 0.0

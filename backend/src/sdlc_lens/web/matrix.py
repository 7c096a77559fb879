"""The rows of the traceability matrix, their gaps, and filters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sdlc_lens.db.readers import ReadSession
from sdlc_lens.domain.documents.kinds import StatusClass, status_class
from sdlc_lens.queries.trace import Trace, Traced, TracedEpic, TracedStory, trace
from sdlc_lens.web.charts import Bar, story_bar
from sdlc_lens.web.words import class_key, short_id

NO_EPIC = "none"
SHOWN = {
    "": "All stories",
    "any": "Gaps only",
    "epics": "Epics only",
    "plan": "No plan",
    "test-spec": "No test specification",
    "proof": "Not proven",
    "bugs": "Open bugs",
}
"""The filters of the matrix by gap, and their labels."""


@dataclass
class Row:
    """A story, its gaps, and its bugs, open ones first.

    `html` is its line of the table, from when it was first shown.
    """

    story: TracedStory
    status_class: StatusClass
    gaps: frozenset[str]
    bugs: tuple[Traced, ...]
    html: bytes | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether its work is finished."""
        return self.status_class is StatusClass.FINISHED

    @property
    def open_bugs(self) -> list[Traced]:
        """Its bugs that are neither finished nor dropped."""
        return [bug for bug in self.bugs if bug.is_open]

    def is_among(self, shown: str) -> bool:
        """Whether the row stays when the matrix is narrowed to SHOWN."""
        if shown == "bugs":
            return bool(self.open_bugs)
        return shown in ("", "epics") or shown in self.gaps or (shown == "any" and bool(self.gaps))


@dataclass
class Group:
    """An epic, its rows, those with gaps first, and figures of all of them.

    `epic` is None for stories without one.
    """

    epic: Traced | None
    rows: tuple[Row, ...]
    counts: Mapping[str, int]
    bar: Bar
    open_bugs: int
    html: bytes | None = None

    @property
    def key(self) -> str:
        """Its value in addresses."""
        return self.epic.doc_id if self.epic else NO_EPIC

    @property
    def named_bar(self) -> tuple[str, Bar]:
        """Its name, and its bar."""
        return (short_id(self.epic.doc_id) if self.epic else "no epic"), self.bar


@dataclass(frozen=True)
class Matrix:
    """All groups, those with gaps first; `counts` are of stories, under `epics` of epics."""

    groups: tuple[Group, ...]
    counts: Mapping[str, int]
    delivered: int
    unused: tuple[str, ...]
    records_proof: bool

    def narrowed(self, shown: str, class_name: str, epic: str) -> Iterator[tuple[Group, list[Row]]]:
        """The groups and rows that pass these filters; an empty filter is ignored.

        Epics without stories pass only where no filter is on stories.
        """
        is_whole = shown in ("", "epics") and not class_name
        for group in self.groups:
            rows = [
                row
                for row in group.rows
                if row.is_among(shown) and class_name in ("", class_key(row.status_class))
            ]
            if epic in ("", group.key) and (rows or is_whole):
                yield group, rows


async def gather_matrix(session: ReadSession, project_id: int) -> Matrix:
    """The traceability matrix of a project."""
    return _matrix(await session.run(trace, project_id))


def _matrix(found: Trace) -> Matrix:
    groups = sorted((_group(epic, found) for epic in found.epics),
                    key=lambda group: not group.counts["any"])  # fmt: skip
    counts = {shown: sum(group.counts[shown] for group in groups) for shown in SHOWN}
    return Matrix(
        tuple(groups),
        counts | {"epics": sum(group.epic is not None for group in groups)},
        sum(group.bar.delivered for group in groups),
        found.unused,
        found.records_proof,
    )


def _group(epic: TracedEpic, found: Trace) -> Group:
    rows = sorted((_row(story, found) for story in epic.stories), key=lambda row: not row.gaps)
    counts = {shown: sum(row.is_among(shown) for row in rows) for shown in SHOWN}
    unproven = counts["proof"] if found.records_proof else None
    return Group(
        epic.epic,
        tuple(rows),
        counts,
        story_bar(((row.story.status, 1) for row in rows), unproven),
        len({bug.path for row in rows for bug in row.open_bugs}),
    )


def _row(story: TracedStory, found: Trace) -> Row:
    """A row; a type that the workspace does not use is not a gap."""
    lacking = {
        "plan": story.lacks_plan and "plan" not in found.unused,
        "test-spec": story.lacks_spec and "test-spec" not in found.unused,
        "proof": story.is_unproven and found.records_proof,
    }
    return Row(
        story,
        status_class("story", story.status),
        frozenset(gap for gap, is_lacking in lacking.items() if is_lacking),
        tuple(sorted(story.bugs, key=lambda bug: not bug.is_open)),
    )

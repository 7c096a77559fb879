"""Acceptance criteria in the forms that occur, and what counts as proof."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from sdlc_lens.domain.documents.acceptance import read_criteria
from sdlc_lens.domain.documents.criteria import CriteriaCounts, Criterion, count, is_unproven
from sdlc_lens.domain.documents.visible import visible

SECTION = "## Acceptance Criteria\n\n"
PIECES = [
    "### ", "## Acceptance Criteria", "AC1", "AC-2a", ":", "**", "- ", "[x] ", "[ ] ", "  ", "\n",
    "**Verify:** run", "**Verified:** yes (2026-08-11)", "```", "text", "\n\n",
]  # fmt: skip


def read(text: str) -> tuple[Criterion, ...]:
    return read_criteria(visible(text))


def texts(text: str) -> list[tuple[str | None, str]]:
    return [(criterion.id, criterion.text) for criterion in read(text)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("### AC1: Scan endpoint", ("AC1", "Scan endpoint")),
        ("## AC-2 \u2014 Scan endpoint ##", ("AC-2", "Scan endpoint")),
        ("#### AC2a - Scan", ("AC2a", "Scan")),
        ("### **AC1:** Scan", ("AC1", "Scan")),
        ("### **AC1** Scan", ("AC1", "Scan")),
        ("### AC12", ("AC12", "")),
        ("   ### AC1: -5 degrees", ("AC1", "-5 degrees")),
    ],
)
def test_headings(line: str, expected: tuple[str, str]) -> None:
    assert texts(f"# T\n\n{line}\n") == [expected]


@pytest.mark.parametrize(
    "line",
    ["### AC4's scan", "### AC: x", "### AC1 x", "### AC2ab: x", "### The AC1: x", "AC1: x",
     "- AC1: x", "- [ ] x", "    ### AC1: x", "###AC1: x", "> ### AC1: x"],
)  # fmt: skip
def test_what_is_not_a_criterion_outside_a_section(line: str) -> None:
    assert texts(f"# T\n\n{line}\n\n## Notes\n\n{line}\n") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- **AC1:** Given a scan", Criterion("AC1", "Given a scan")),
        ("- **AC1**: Given a scan", Criterion("AC1", "Given a scan")),
        ("- AC1: Given", Criterion("AC1", "Given")),
        ("* AC-2a \u2013 Given", Criterion("AC-2a", "Given")),
        ("1. **AC1** Given **two**", Criterion("AC1", "Given **two**")),
        ("- [x] **AC1** Given", Criterion("AC1", "Given", True)),
        ("- [ ] **AC1: title** Given", Criterion("AC1", "title Given", False)),
        ("- [X] AC1", Criterion("AC1", "", True)),
        ("- [-] dropped", Criterion(None, "dropped", False)),
        ("- [ ] **Bold** box", Criterion(None, "**Bold** box", False)),
        ("- [ ]", Criterion(None, "", False)),
        ("  - [ ] indented", Criterion(None, "indented", False)),
        ("- [ ] of two\n  lines", Criterion(None, "of two lines", False)),
        ("- [ ] of two\nlines", Criterion(None, "of two lines", False)),
        ("- [ ] of one\n\nline", Criterion(None, "of one", False)),
        ("- [ ] of one\n  - line", Criterion(None, "of one", False)),
    ],
)
def test_items_of_a_section(line: str, expected: Criterion) -> None:
    assert read(SECTION + line) == (expected,)


@pytest.mark.parametrize("line", ["- plain", "- [link](x.md)", "AC1: x", "- AC4's x", "> - [ ] x"])
def test_what_is_not_a_criterion_in_a_section(line: str) -> None:
    assert texts(SECTION + line) == []


@pytest.mark.parametrize(
    ("heading", "is_section"),
    [
        ("## Acceptance Criteria", True),
        ("### ACCEPTANCE CRITERIA (Epic Level)", True),
        ("# Acceptance", True),
        ("## **Acceptance criteria:**", True),
        ("## Acceptance ##", True),
        ("## Acceptance tests", False),
        ("## User Acceptance Criteria", False),
    ],
)
def test_sections(heading: str, is_section: bool) -> None:
    assert bool(read(f"{heading}\n- [ ] x")) is is_section


def test_section_ends_at_a_heading_of_the_same_or_a_higher_level() -> None:
    text = """## Acceptance
- [ ] one
### Details
- [ ] two
## Notes
- [ ] not
### Acceptance Criteria
- [ ] three
# Top
- [ ] not
"""
    assert [text for _, text in texts(text)] == ["one", "two", "three"]


def test_checkbox_below_another_criterion_is_a_part_of_it() -> None:
    text = """- [ ] one
  - [ ] part
    - [x] part

  - [ ] part
- Group:
  - [ ] two
  - [ ] three
      - [ ] part
- AC4: four
  - AC5: five
    - [ ] part

Text between.

  - [ ] six
"""
    names = ["one", "two", "three", "four", "five", "six"]
    assert [text for _, text in texts(SECTION + text)] == names


def test_nothing_in_a_fence_or_a_comment_counts() -> None:
    text = """- [ ] **AC1:** one
  ```gherkin
  - [ ] **AC2:** not
  ```
    ```
    - **Verified:** yes
    ```
<!--
- [ ] not
### AC3: not
-->
```
## Notes
```
- [ ] two
"""
    assert read(SECTION + text) == (Criterion("AC1", "one", False), Criterion(None, "two", False))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("\nGiven a scan\nof two lines\n\nMore", "Given a scan of two lines"),
        ("- **Given** a scan\n  of two lines\n- **When** x", "**Given** a scan of two lines"),
        ("```\ncode\n```\nGiven", "Given"),
        ("- **Verify:** run\n\nGiven", "Given"),
        ("", ""),
        ("### AC2\nGiven", ""),
    ],
)
def test_text_of_a_bare_heading(body: str, text: str) -> None:
    assert read(f"### AC1\n{body}")[0].text == text


def test_ids_may_repeat() -> None:
    assert texts("### AC1: a\n## Acceptance\n- AC1: b\n- AC1: b") == [
        ("AC1", "a"),
        ("AC1", "b"),
        ("AC1", "b"),
    ]


@pytest.mark.parametrize(
    ("lines", "verify", "verified", "verified_on"),
    [
        (
            "- **Verify:** pytest tests/x.py\n- **Verified:** yes (2026-08-11)",
            "pytest tests/x.py", "yes (2026-08-11)", "2026-08-11",
        ),
        ("**Verify:** run\n**Verified**: no", "run", "no", None),
        ("  - **Verify:** a &&\n    b\n\n    c", "a && b", None, None),
        ("- **Verify:** a\nb", "a", None, None),
        ("**Verify:** a\n  b\n    c\nd", "a b c", None, None),
        ("**Verify:** a\n  - b", "a", None, None),
        ("- **Verify:** first\n- **Verify:** second", "first", None, None),
        ("- **Verified:** stale\n- **Verified:** yes", None, "stale", None),
        ("- **Verified:** yes 2026-13-11", None, "yes 2026-13-11", None),
        ("- **Verified:**", None, "", None),
        ("- **Verifying:** x", None, None, None),
        ("Verified: yes", None, None, None),
        ("#### Proof\n- **Verified:** yes", None, "yes", None),
        ("### Notes\n- **Verified:** yes", None, None, None),
        ("## Notes\n- **Verified:** yes", None, None, None),
    ],
)  # fmt: skip
def test_lines_of_proof(
    lines: str, verify: str | None, verified: str | None, verified_on: str | None
) -> None:
    (criterion,) = read(f"### AC1: a\n\n{lines}")
    assert (criterion.verify, criterion.verified) == (verify, verified)
    assert criterion.verified_on == verified_on


def test_proof_belongs_to_the_criterion_above_it() -> None:
    text = "- [x] one\n- [x] two\n  - **Verified:** yes\n- [x] three\n### Notes\n**Verified:** no"
    assert [criterion.verified for criterion in read(SECTION + text)] == [None, "yes", None]


@pytest.mark.parametrize(
    ("verify", "verified", "outcome"),
    [
        (None, "yes (2026-08-11)", "verified"),
        ("manual look", "Yes", "verified"),
        (None, "\u2705 **yes**", "verified"),
        (None, "no", "failed"),
        (None, "manual (2026-07-13) - seen", "manual"),
        ("manual remove it", None, "manual"),
        ("Manual", None, "manual"),
        ("pytest", None, "unstated"),
        ("manual remove it", "stale", "unstated"),
        (None, "stale", "unstated"),
        (None, "not yet", "unstated"),
        (None, "yesterday", "unstated"),
        (None, "", "unstated"),
        (None, None, "unstated"),
    ],
)
def test_outcomes(verify: str | None, verified: str | None, outcome: str) -> None:
    assert Criterion("AC1", "x", None, verify, verified).outcome == outcome


def test_counts() -> None:
    criteria = [
        Criterion("AC1", "x", verified="yes"),
        Criterion("AC2", "x", verified="no"),
        Criterion("AC3", "x", verify="manual"),
        Criterion("AC4", "x", verified="stale"),
        Criterion("AC5", "x"),
    ]
    counts = CriteriaCounts(total=5, verified=1, failed=1, manual=1, unstated=2)
    assert count(criteria) == counts
    assert count([]) + counts == counts
    assert count([]) == CriteriaCounts()


@given(any_of.lists(any_of.sampled_from(PIECES), max_size=30).map("".join))
def test_each_criterion_is_counted_once(text: str) -> None:
    counts = count(read(text))
    assert counts.total == counts.verified + counts.failed + counts.manual + counts.unstated
    assert counts.total <= text.count("AC") + text.count("- [")
    assert not count(read(f"```\n{text.replace('```', '')}\n```")).total


@pytest.mark.parametrize(
    "part",
    [*PIECES, "- [ ] a\n", "  - [ ] a\n", "- [ ] a\n  - [ ] b\n", "AC1", "AC1:", "[", "_", "*",
     "### AC1\n\n", "**Verify:** a\n", "`", "    ```\n", "<!--\n", "- ", "1", "    b\n"],
)  # fmt: skip
def test_effort_grows_with_the_length_alone(part: str) -> None:
    many = part * (20_000 // len(part))
    start = time.thread_time()
    for before in (SECTION, SECTION + "- [ ] ", "### AC1\n", "### ", SECTION + "- **AC1"):
        read(before + many)
        read(before + many + "\n-->\n")
    assert time.thread_time() - start < 2  # a quadratic one takes many


PROVEN = CriteriaCounts(total=1, verified=1)
GAP = CriteriaCounts(total=1, unstated=1)


@pytest.mark.parametrize(
    ("status", "counts", "unproven"),
    [
        ("Done", GAP, True),
        ("Complete", CriteriaCounts(total=1, failed=1), True),
        ("Done", CriteriaCounts(total=2, verified=1, unstated=1), True),
        ("Done", PROVEN, False),
        ("Done", CriteriaCounts(total=1, manual=1), False),
        ("Done", CriteriaCounts(), False),
        ("Done", None, False),
        ("Won't Implement", GAP, False),
        ("In Progress", GAP, False),
        (None, GAP, False),
    ],
)
def test_unproven(status: str | None, counts: CriteriaCounts | None, unproven: bool) -> None:
    assert is_unproven("story", status, "US0001", counts, None) is unproven


def test_only_stories_are_unproven() -> None:
    assert not is_unproven("bug", "Fixed", "BG0001", GAP, None)


@pytest.mark.parametrize(
    ("ref", "unproven"),
    [("US0038", False), ("US0039", False), ("US0040", True), ("US01JQK3F8", True), (None, True)],
)
def test_stories_up_to_the_adopted_one_are_exempt(ref: str | None, unproven: bool) -> None:
    assert is_unproven("story", "Done", ref, GAP, 39) is unproven
    assert is_unproven("story", "Done", ref, GAP, None)

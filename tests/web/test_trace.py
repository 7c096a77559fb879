"""The traceability matrix."""

import csv
import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import visit
from support.generated import write_generated
from support.services import sync_project, visiting
from support.workspaces import CORPUS, write_workspace

from sdlc_lens.web.trace import MOST_MARKS

pytestmark = pytest.mark.anyio

STORY = "# {0}: Story {0}\n\n> **Status:** {1}\n> **Epic:** EP0001\n"
PROVEN = "\n## Acceptance Criteria\n\n- **AC1:** a\n  - **Verified:** yes\n"
FAILED = PROVEN + "- **AC2:** b\n  - **Verified:** no\n- **AC3:** c\n  - **Verified:** manual\n"
COVERED = {
    "epics/EP0001-one.md": "# EP0001: One\n\n> **Status:** In Progress\n",
    "epics/EP0002-two.md": "# EP0002: Two\n\n> **Status:** Draft\n",
    "stories/US0001-a.md": STORY.format("US0001", "Done") + PROVEN,
    "stories/US0002-b.md": STORY.format("US0002", "Done") + FAILED,
    "stories/US0003-c.md": STORY.format("US0003", "Draft").replace("EP0001", "EP0002"),
    "stories/US0004-d.md": STORY.format("US0004", "Blocked"),
    "stories/US0005-e.md": "# US0005: Story US0005\n\n> **Status:** Superseded\n",
    "plans/PL0001-p.md": "# PL0001: Plan\n\n> **Status:** Complete\n> **Story:** US0001\n",
    "plans/PL0002-q.md": "# PL0002: Dropped\n\n> **Status:** Superseded\n> **Story:** US0003\n",
    "plans/PL0003-r.md": "# PL0003: Plan\n\n> **Status:** Draft\n> **Parent:** US0004\n",
    "test-specs/TS0001-s.md": "# TS0001: Own\n\n> **Status:** Ready\n> **Story:** US0001\n",
    "test-specs/TS0002-t.md": "# TS0002: Whole\n\n> **Status:** Ready\n> **Epic:** EP0001\n",
    "bugs/BG0001-u.md": "# BG0001: Late\n\n> **Status:** Open\n\nSince US0002.\n",
    "bugs/BG0002-v.md": "# BG0002: Odd\n\n> **Status:** Closed\n> **Affects:** US0002\n",
}
ADDRESS = "/projects/covered"
MANY = PROVEN + "".join(
    f"- **AC{number}:** a\n  - **Verified:** yes\n" for number in range(2, MOST_MARKS + 2)
)
ORDERED = {
    "epics/EP0001-one.md": "# EP0001: One\n",
    "epics/EP0002-two.md": "# EP0002: Two\n",
    "epics/EP0003-empty.md": "# EP0003: Empty\n",
    "stories/US0001-a.md": STORY.format("US0001", "Done") + MANY,
    "stories/US0002-b.md": STORY.format("US0002", "Done") + PROVEN,
    "stories/US0003-c.md": STORY.format("US0003", "Done").replace("EP0001", "EP0002") + FAILED,
    "bugs/BG0001-d.md": "# BG0001: Late\n\n> **Status:** Closed\n\nSince US0001.\n",
    "bugs/BG0002-e.md": "# BG0002: Odd\n\n> **Status:** Open\n\nSince US0001, US0002.\n",
}
DASH = "\u2013"
HOSTILE = "<script>alert(1)</script>\"'>"


@pytest.fixture(scope="module")
async def covered(
    migrated_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service with a project that has every kind of cover and gap, and another."""
    folder = tmp_path_factory.mktemp("covered")
    projects = {"covered": COVERED, "ordered": ORDERED}
    async with visiting(migrated_once, folder, projects) as client:
        yield client


async def test_rows_state_what_covers_a_story_and_what_is_missing(
    covered: httpx.AsyncClient,
) -> None:
    page = await visit(covered, f"{ADDRESS}/trace")
    assert page.rows() == [
        ["EP0001 One",
         "2 of 3 delivered 1 delivered and proven, 1 delivered, not proven, 1 blocked",
         "", "", "1 not proven", "1 open bug"],
        ["US0002 Story US0002", "Done", DASH, "TS0002 via epic",
         "●◐✕ 1 / 3, 1 by hand, 1 failed, not proven", "BG0001 open, BG0002"],
        ["US0001 Story US0001", "Done", "PL0001", "TS0001", "● 1 / 1", DASH],
        ["US0004 Story US0004", "Blocked", "PL0003", "TS0002 via epic", "no criteria", DASH],
        ["EP0002 Two", "0 of 1 delivered 1 open", "1 without a plan",
         "1 without a test specification", "", ""],
        ["US0003 Story US0003", "Draft", "no plan", "no test specification", "no criteria", DASH],
        ["Stories without an epic", "0 of 1 delivered 1 dropped", "", "", "", ""],
        ["US0005 Story US0005", "Superseded", DASH, DASH, "no criteria", DASH],
    ]  # fmt: skip
    assert page.link("PL0001") == f"{ADDRESS}/documents/plan/PL0001-p"


async def test_sentence_leads_to_the_gaps(covered: httpx.AsyncClient) -> None:
    page = await visit(covered, f"{ADDRESS}/trace")
    assert page.one("p", class_="lead").text == (
        "2 of 5 stories are delivered. 1 delivered story is not proven."
        " 1 open story is without a plan, 1 without a test specification."
    )
    unplanned = await visit(covered, page.link("1 open story is without a plan"))
    assert [row[0] for row in unplanned.rows()] == ["EP0002 Two", "US0003 Story US0003"]


@pytest.mark.parametrize(
    ("query", "stories"),
    [
        ("show=any", ["US0002", "US0003"]),
        ("show=proof", ["US0002"]),
        ("show=bugs", ["US0002"]),
        ("show=epics", []),
        ("status=finished", ["US0002", "US0001"]),
        ("status=blocked&show=any", []),
        ("epic=EP0002-two", ["US0003"]),
        ("epic=none", ["US0005"]),
    ],
)
async def test_filters_narrow_the_stories(
    covered: httpx.AsyncClient, query: str, stories: list[str]
) -> None:
    page = await visit(covered, f"{ADDRESS}/trace?{query}")
    shown = [row[0].split()[0] for row in page.rows() if row[0].startswith("US")]
    assert shown == stories


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["EP0002", "US0003", "EP0001", "US0001", "US0002", "EP0003"]),
        ("show=epics", ["EP0002", "EP0001", "EP0003"]),
        ("show=any", ["EP0002", "US0003"]),
        ("show=bugs", ["EP0001", "US0001", "US0002"]),
        ("status=finished", ["EP0002", "US0003", "EP0001", "US0001", "US0002"]),
        ("epic=EP0003-empty", ["EP0003"]),
    ],
)
async def test_epics_with_gaps_come_first_and_filters_leave_out_empty_ones(
    covered: httpx.AsyncClient, query: str, shown: list[str]
) -> None:
    page = await visit(covered, f"/projects/ordered/trace?{query}")
    assert [row[0].split()[0] for row in page.rows()] == shown


async def test_open_bugs_come_first_and_count_once_an_epic(covered: httpx.AsyncClient) -> None:
    page = await visit(covered, "/projects/ordered/trace?epic=EP0001-one")
    assert [row[-1] for row in page.rows()] == ["1 open bug", "BG0002 open, BG0001", "BG0002 open"]


async def test_very_many_criteria_have_no_signs(covered: httpx.AsyncClient) -> None:
    page = await visit(covered, "/projects/ordered/trace?epic=EP0001-one")
    assert [row[-2] for row in page.rows()[1:]] == ["13 / 13", "\u25cf 1 / 1"]


@pytest.mark.parametrize("query", ["show=all", "status=Done", "epic=EP0009", "epic=%00"])
async def test_unknown_filters_are_refused(covered: httpx.AsyncClient, query: str) -> None:
    await visit(covered, f"{ADDRESS}/trace?{query}", 422)


async def test_types_that_are_not_used_are_no_columns(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/projects/harbour/trace")
    heads = page.one("table", class_="matrix stacks").all("th", scope="col")
    assert [found.text for found in heads] == ["Story", "Status", "Criteria verified"]
    notes = [found.text for found in page.all("p", class_="note")]
    assert notes[0].startswith("The workspace has no plans, so the table has no column for them")
    assert "There are no gaps." in page.text
    assert "Proof not recorded." in page.one("p", class_="lead").text


async def test_workspace_without_stories_is_reported(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {"prd.md": "# What for\n"}
    address = await sync_project(app, "none", write_workspace(tmp_path / "projects/n", files))
    assert "no stories" in (await visit(client, f"{address}/trace")).text


async def test_matrix_follows_a_sync(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    address = await sync_project(app, "c", write_workspace(tmp_path / "projects/c", COVERED))
    await visit(client, f"{address}/trace")
    (tmp_path / "projects/c/plans/PL0001-p.md").unlink()
    await app.state.runner.sync("c")
    assert "PL0001" not in (await visit(client, f"{address}/trace")).text


async def test_very_many_stories_are_cut_off_but_in_csv(
    covered: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdlc_lens.web.trace.MOST_STORIES", 2)
    page = await visit(covered, f"{ADDRESS}/trace")
    assert [row[0][:6] for row in page.rows()] == ["EP0001", "US0002", "US0001"]
    assert "The first 2 of 5 stories are shown" in page.text
    assert len((await covered.get(f"{ADDRESS}/trace?format=csv")).text.splitlines()) == 6


async def test_csv_has_the_rows_shown(covered: httpx.AsyncClient) -> None:
    page = await visit(covered, f"{ADDRESS}/trace?show=any")
    answer = await covered.get(page.link("Download as CSV"))
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["story"], row["proof"], row["gaps"]) for row in rows] == [
        ("US0002-b", "not proven", "not proven"),
        ("US0003-c", "", "no plan; no test specification"),
    ]
    assert (rows[0]["via epic"], rows[0]["bugs"]) == ("yes", "BG0001-u BG0002-v")


async def test_hostile_texts_are_shown_as_text(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {
        "epics/EP0001-x.md": f"# EP0001: {HOSTILE}\n\n> **Status:** {HOSTILE}\n",
        "stories/US0001-x.md": f"# US0001: {HOSTILE}\n\n> **Status:** x\n> **Epic:** EP0001\n",
        "plans/PL0001-x.md": f"# PL0001: {HOSTILE}\n\n> **Status:** x\n> **Story:** US0001\n",
        "bugs/BG0001-x.md": f"# BG0001: {HOSTILE}\n\n> **Status:** {HOSTILE}\n\nUS0001\n",
    }
    address = await sync_project(app, "evil", write_workspace(tmp_path / "projects/e", files))
    page = await visit(client, f"{address}/trace")
    assert HOSTILE in page.all("tbody")[0].text


async def require_gaps_as_found(client: httpx.AsyncClient, address: str) -> None:
    """The matrix has a gap exactly where the rules of the health check have a finding."""
    findings = (await client.get(f"/api/v1{address}/health-check")).json()["findings"]
    rules = {"plan": "MISSING_PLAN", "test-spec": "MISSING_TEST_SPEC", "proof": "DONE_UNVERIFIED"}
    for shown, rule in rules.items():
        found = (await client.get(f"{address}/trace?show={shown}&format=csv")).text
        paths = sorted(row["path"] for row in csv.DictReader(io.StringIO(found)))
        affected = [f["affected_documents"][0]["path"] for f in findings if f["rule_id"] == rule]
        assert paths == sorted(affected), rule


async def test_gaps_are_the_findings(covered: httpx.AsyncClient) -> None:
    await require_gaps_as_found(covered, ADDRESS)


async def test_gaps_are_the_findings_of_a_generated_workspace(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    write_generated(tmp_path / "projects" / "g", 200)
    address = await sync_project(app, "made", tmp_path / "projects" / "g")
    await require_gaps_as_found(client, address)
    page = await visit(client, f"{address}/trace?show=any")
    assert len(page.rows()) > 20


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="NOT TESTED: no corpus where SDLC_LENS_CORPUS points"
)
async def test_gaps_are_the_findings_of_the_corpus(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    ignored = shutil.ignore_patterns(".config.yaml")
    folder = Path(shutil.copytree(CORPUS, tmp_path / "projects" / "real", ignore=ignored))
    await require_gaps_as_found(client, await sync_project(app, "real", folder))

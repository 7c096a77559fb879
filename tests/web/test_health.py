"""The health check as a page."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import PORT, visit
from support.services import sync_project
from support.workspaces import write_workspace

pytestmark = pytest.mark.anyio


async def test_findings_by_rule(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/health")
    answer = (await visitor.get("/api/v1/projects/port/health-check")).json()
    failed = [rule["failed"] for rule in answer["rules"] if rule["failed"]]
    assert [int(found.one("span").text.split()[0]) for found in page.all("h2")] == failed
    assert f"grade {answer['grade']}" in page.one("p", class_="lead").text
    assert page.text.count("What to do:") == len(failed)
    assert page.link("US0001 List ships") == f"{PORT}/documents/story/US0001-list"


async def test_rules_that_fail_the_gate_are_named(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/health")
    gate = (await visitor.get("/api/v1/projects/port/health-check")).json()["gate"]
    assert gate["failed_by"]
    note = next(found for found in page.all("p", class_="note") if "gate fails" in found.text)
    named = [link.attributes["href"].partition("rule=")[2] for link in note.all("a")
             if "rule=" in link.attributes["href"]]  # fmt: skip
    assert named == gate["failed_by"]


async def test_filters_narrow_the_findings(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/health?severity=medium&category=quality&rule=")
    assert page.all("h2")
    assert all("Medium · quality" in found.text for found in page.all("section"))
    await visit(visitor, f"{PORT}/health?severity=urgent", 422)
    page = await visit(visitor, f"{PORT}/health?rule=MISSING_PRD")
    assert page.link("Show all findings") == f"{PORT}/health"


async def test_twenty_findings_of_a_rule_are_shown_with_a_link_to_all(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {f"stories/US{number:04}.md": f"# US{number:04}\n" for number in range(30)}
    address = await sync_project(app, "many", write_workspace(tmp_path / "projects/many", files))
    page = await visit(client, f"{address}/health")
    assert {len(found.all("li")) for found in page.all("section")} == {1, 20}
    page = await visit(client, page.link("Show all 30"))
    assert [len(found.all("li")) for found in page.all("section")] == [30]


async def test_csv_has_the_findings_with_their_paths(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/health?rule=DONE_UNVERIFIED")
    lines = (await visitor.get(page.link("Download as CSV"))).text.splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("stories/US0001-list.md")

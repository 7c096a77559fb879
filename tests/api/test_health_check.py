"""GET /api/v1/projects/{slug}/health-check."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from support.problems import problem
from support.processes import IN_TIME
from support.workspaces import SAMPLE, write_workspace

from sdlc_lens.api.health_check import HealthCheck
from sdlc_lens.clock import now, stamp
from sdlc_lens.db.tables import health_reports, projects
from sdlc_lens.domain.checks.rules.table import RULES
from sdlc_lens.queries.checks import get_standing
from sdlc_lens.sync import checks

pytestmark = pytest.mark.anyio


async def checked(client: httpx.AsyncClient, synced: str, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"{synced}/health-check?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    HealthCheck.model_validate_json(answer.content)
    body: dict[str, Any] = answer.json()
    return body


def rules_of(body: dict[str, Any]) -> list[str]:
    return [finding["rule_id"] for finding in body["findings"]]


async def test_report(visitor: httpx.AsyncClient, harbour: str) -> None:
    body = await checked(visitor, harbour)
    assert body["project_slug"] == "harbour"
    assert body["checked_at"].endswith("Z")
    assert body["total_documents"] == 5
    found = rules_of(body)
    assert body["summary"]["high"] == sum(
        finding["severity"] == "high" for finding in body["findings"]
    )
    for rule in ("MISSING_TRD", "MISSING_STATUS", "STORY_NO_EPIC", "EMPTY_CONTENT"):
        assert rule in found
    assert "STALE_DOCUMENT" not in found
    assert "EPIC_NO_STORIES" not in found
    assert body["gate"]["passed"] is False
    assert "MISSING_TRD" in body["gate"]["failed_by"]
    assert [rule["id"] for rule in body["rules"]] == [rule.id for rule in RULES]
    failed = {rule["id"]: rule["failed"] for rule in body["rules"]}
    assert sum(failed.values()) == len(found)
    assert "total" not in body


async def test_finding(visitor: httpx.AsyncClient, harbour: str) -> None:
    (finding,) = (await checked(visitor, harbour, "rule=STORY_NO_EPIC"))["findings"]
    assert finding.pop("message")
    assert finding.pop("suggested_fix")
    assert finding == {
        "rule_id": "STORY_NO_EPIC",
        "severity": "high",
        "category": "consistency",
        "affected_documents": [
            {
                "doc_id": "US0003-three",
                "doc_type": "story",
                "title": "US0003: Three",
                "path": "stories/US0003-three.md",
            }
        ],
    }


async def test_filters_affect_findings_only(visitor: httpx.AsyncClient, harbour: str) -> None:
    whole = await checked(visitor, harbour)
    narrow = await checked(visitor, harbour, "severity=low&severity=medium&category=completeness")
    assert set(rules_of(narrow)) == {"MISSING_PLAN", "MISSING_TEST_SPEC"}
    assert (await checked(visitor, harbour, "severity=critical"))["findings"] == []
    assert await checked(visitor, harbour, "severity=&category=&rule=&rule=") == whole
    both = await checked(visitor, harbour, "rule=MISSING_PLAN&rule=MISSING_TRD")
    assert set(rules_of(both)) == {"MISSING_PLAN", "MISSING_TRD"}
    for part in (narrow, both):
        assert {**part, "findings": None} == {**whole, "findings": None}


async def test_pages_meet_without_gap_or_overlap(visitor: httpx.AsyncClient, harbour: str) -> None:
    whole = (await checked(visitor, harbour))["findings"]
    first = await checked(visitor, harbour, "page=1&per_page=4")
    total = len(whole)
    expected = {"total": total, "page": 1, "per_page": 4, "pages": -(-total // 4)}
    assert {name: first[name] for name in expected} == expected
    paged = []
    for page in range(1, first["pages"] + 2):
        paged += (await checked(visitor, harbour, f"page={page}&per_page=4"))["findings"]
    assert paged == whole
    past = await checked(visitor, harbour, f"page={10**20}&per_page=1000")
    assert (past["findings"], past["per_page"], past["pages"]) == ([], 100, 1)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("severity=fatal", "severity"),
        ("category=taste", "category"),
        ("rule=MISSING_TASTE", "rule"),
        ("severity=low&severity=fatal", "severity"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("per_page=0", "per_page"),
    ],
)
async def test_refused(visitor: httpx.AsyncClient, harbour: str, query: str, named: str) -> None:
    refused = await visitor.get(f"{harbour}/health-check?{query}")
    complaint = problem(refused, 422, "VALIDATION_ERROR")
    assert complaint.startswith(f"query.{named}: ")
    assert complaint.count("query.") == 1


async def test_unknown_project(visitor: httpx.AsyncClient) -> None:
    problem(await visitor.get("/api/v1/projects/nowhere/health-check"), 404, "NOT_FOUND")


async def test_project_that_was_never_synced(client: httpx.AsyncClient, workspace: Path) -> None:
    await client.post("/api/v1/projects", json={"name": "New", "sdlc_path": str(workspace)})
    body = await checked(client, "/api/v1/projects/new")
    assert (body["total_documents"], body["findings"], body["score"]) == (0, [], 100)


@pytest.fixture
async def unchecked(app: FastAPI, synced: str) -> str:
    """The address of a project whose last report was made by other rules."""
    async with app.state.database.write() as session:
        await session.execute(update(health_reports).values(rules_version=0))
    return synced


async def test_computed_once_per_revision(
    app: FastAPI,
    client: httpx.AsyncClient,
    unchecked: str,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_in = []

    def counted(*arguments: Any) -> str:
        made_in.append(threading.current_thread())
        return examined(*arguments)

    examined = checks._examined
    monkeypatch.setattr(checks, "_examined", counted)
    bodies = await asyncio.gather(*(checked(client, unchecked) for _ in range(5)))
    assert all(body == bodies[0] for body in bodies)
    await client.post(f"{unchecked}/sync")
    await app.state.runner.wait()
    assert await checked(client, unchecked) == bodies[0]
    assert len(made_in) == 1
    write_workspace(workspace, {"trd.md": "# How\n\n" + "word " * 20})
    await client.post(f"{unchecked}/sync")
    await app.state.runner.wait()
    after = await checked(client, unchecked)
    assert after["score"] == bodies[0]["score"] + 5
    assert "MISSING_TRD" not in rules_of(after)
    assert len(made_in) == 2
    assert threading.main_thread() not in made_in


async def test_report_does_not_wait_for_a_sync_that_writes(
    app: FastAPI, client: httpx.AsyncClient, unchecked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.state.database.write(), asyncio.timeout(IN_TIME):
        given = await checked(client, unchecked)
        monkeypatch.setattr(checks, "_examined", None)
        assert await checked(client, unchecked) == given
    assert await checked(client, unchecked) == given
    async with app.state.database.read() as session:
        assert (await get_standing(session, "harbour")).report


async def test_report_that_cannot_be_stored_is_returned(
    client: httpx.AsyncClient,
    unchecked: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def locked(*_: object) -> None:
        raise OperationalError("INSERT", None, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(checks, "store_report", locked)
        given = await checked(client, unchecked)
    assert "harbour is not kept" in caplog.text
    kept = await checked(client, unchecked)
    assert {**kept, "checked_at": given["checked_at"]} == given


async def test_stale_after_a_month_without_a_sync(
    app: FastAPI, client: httpx.AsyncClient, synced: str
) -> None:
    fresh = await checked(client, synced)
    async with app.state.database.write() as session:
        long_ago = stamp(now() - timedelta(days=31))
        await session.execute(update(projects).values(last_synced_at=long_ago))
    stale = await checked(client, synced)
    assert stale["findings"][:-1] == fresh["findings"]
    (finding,) = (await checked(client, synced, "rule=STALE_DOCUMENT"))["findings"]
    assert [document["doc_id"] for document in finding["affected_documents"]] == [
        "EP0001-harbour",
        "US0002-two",
        "US0003-three",
    ]
    assert stale["summary"]["low"] == fresh["summary"]["low"] + 1
    assert stale["checked_at"] == fresh["checked_at"]


async def test_sample(app: FastAPI, client: httpx.AsyncClient, tmp_path: Path) -> None:
    files = {
        str(file.relative_to(SAMPLE)): file.read_bytes()
        for file in SAMPLE.rglob("*")
        if file.is_file()
    }
    folder = write_workspace(tmp_path / "projects" / "sample", files)
    await client.post("/api/v1/projects", json={"name": "Sample", "sdlc_path": str(folder)})
    await client.post("/api/v1/projects/sample/sync")
    await app.state.runner.wait()
    body = await checked(client, "/api/v1/projects/sample")
    assert body["gate"] == {"passed": False, "failed_by": ["EPIC_NO_STORIES"]}

"""GET /api/v1/stats and /api/v1/projects/{slug}/stats."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem
from support.workspaces import write_workspace

pytestmark = pytest.mark.anyio

NO_CRITERIA = dict.fromkeys(("total", "verified", "failed", "manual", "unstated"), 0)
NO_BUGS = dict.fromkeys(("critical", "high", "medium", "low", "other", "none"), 0)
NOTHING_PROVEN = {"criteria": NO_CRITERIA, "unproven": None, "open_bugs": NO_BUGS}
CRITERION = "\n### AC1: It holds\n\n"
BUGS = {
    "Open": "CRITICAL", "Draft": "High", "In Progress": "low", "Blocked": "Sev 1", "Fixed": "High",
    "Triaged": None, "Closed": None,
}  # fmt: skip


async def answer(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_of_a_project(visitor: httpx.AsyncClient, harbour: str) -> None:
    body = await answer(visitor, f"{harbour}/stats")
    assert str(body.pop("last_synced_at")).endswith("Z")
    assert body == {
        "slug": "harbour",
        "name": "Harbour",
        "total_documents": 5,
        "by_type": {"epic": 1, "prd": 1, "story": 3},
        "by_status": {"Done": 1, "Draft": 1, "In Progress": 1, "null": 2},
        "completion_percentage": 33.3,
        "points": {"Done": 3.0, "In Progress": 3.0},
        "delivered": 1,
        **NOTHING_PROVEN,
    }


async def test_of_all_projects(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    done = "# US0001: Quay\n\n> **Status:** Won't Implement\n"
    quay = write_workspace(workspace.with_name("quay"), {"stories/US0001-quay.md": done})
    for name in ("Quay", "Empty"):
        body = {"name": name, "sdlc_path": str(quay)}
        assert (await client.post("/api/v1/projects", json=body)).status_code == 201
    assert (await client.post("/api/v1/projects/quay/sync")).status_code == 202
    await app.state.runner.wait()
    stats = await answer(client, "/api/v1/stats")
    projects = stats.pop("projects")
    assert stats == {
        "total_projects": 3,
        "total_documents": 6,
        "by_type": {"epic": 1, "prd": 1, "story": 4},
        "by_status": {"Done": 1, "Draft": 1, "In Progress": 1, "Won't Implement": 1, "null": 2},
        "completion_percentage": 50.0,
        "points": {"Done": 3.0, "In Progress": 3.0},
        "delivered": 1,
        **NOTHING_PROVEN,
    }
    assert [project["delivered"] for project in projects] == [1, 0, 0]
    assert [project["sync_status"] for project in projects] == ["synced", "synced", "never_synced"]
    checks = [
        await answer(client, f"/api/v1/projects/{slug}/health-check")
        for slug in ("harbour", "quay")
    ]
    assert [project["health"] for project in projects] == [
        *(
            {"score": check["score"], "grade": check["grade"], "passed": check["gate"]["passed"]}
            for check in checks
        ),
        None,
    ]
    assert all(project.items() >= NOTHING_PROVEN.items() for project in projects)
    assert [
        (one["slug"], one["total_documents"], one["completion_percentage"]) for one in projects
    ] == [
        ("harbour", 5, 33.3),
        ("quay", 1, 100.0),
        ("empty", 0, 0.0),
    ]
    assert projects[2]["last_synced_at"] is None


async def test_without_projects(client: httpx.AsyncClient) -> None:
    assert await answer(client, "/api/v1/stats") == {
        "total_projects": 0,
        "total_documents": 0,
        "by_type": {},
        "by_status": {},
        "completion_percentage": 0.0,
        "points": {},
        "delivered": 0,
        **NOTHING_PROVEN,
        "projects": [],
    }


async def test_what_is_proven_and_which_bugs_are_open(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    head = "# Story\n\n> **Status:** {}\n" + CRITERION
    stories = {
        "stories/US0004.md": head.format("Complete") + "- **Verified:** yes (2026-08-11)\n",
        "stories/US0005.md": head.format("Done") + "- **Verified:** no\n",
        "stories/US0006.md": head.format("Done") + "- **Verify:** manual, at high tide\n",
        "stories/US0007.md": head.format("Done"),
        "stories/US0008.md": head.format("Won't Implement"),
        "epics/EP0002.md": head.format("Done"),
    }
    bugs = {
        f"bugs/BG000{number}.md": f"# Bug\n\n> **Status:** {status}\n"
        + (f"> **Severity:** {severity}\n" if severity else "")
        + CRITERION
        for number, (status, severity) in enumerate(BUGS.items(), 1)
    }
    write_workspace(workspace, stories | bugs)
    assert (await client.post(f"{synced}/sync")).status_code == 202
    await app.state.runner.wait()
    body = await answer(client, f"{synced}/stats")
    criteria = {"total": 5, "verified": 1, "failed": 1, "manual": 1, "unstated": 2}
    open_bugs = {"critical": 1, "high": 1, "medium": 0, "low": 1, "other": 1, "none": 1}
    assert (body["criteria"], body["open_bugs"]) == (criteria, open_bugs)
    assert (body["delivered"], body["unproven"]) == (5, 2)
    assert body["completion_percentage"] == 75.0
    everything = await answer(client, "/api/v1/stats")
    assert (everything["delivered"], everything["unproven"]) == (5, 2)


async def test_statuses_that_a_project_adds_are_not_terminal(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    write_workspace(
        workspace,
        {
            ".config.yaml": "status_vocab:\n  story: [Shipped]\n",
            "stories/US0002-two.md": "# Two\n\n> **Status:** shipped, at last\n",
        },
    )
    assert (await client.post(f"{synced}/sync")).status_code == 202
    await app.state.runner.wait()
    body = await answer(client, f"{synced}/stats")
    assert body["by_status"] == {"Done": 1, "Draft": 1, "Shipped": 1, "null": 2}
    assert body["completion_percentage"] == 33.3


async def test_unknown_project(visitor: httpx.AsyncClient) -> None:
    problem(await visitor.get("/api/v1/projects/nowhere/stats"), 404, "NOT_FOUND")

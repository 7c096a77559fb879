"""Answers contain no path except those in the request, and no text of an internal error."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.workspaces import write_workspace

from sdlc_lens.sources.walk import why

pytestmark = pytest.mark.anyio

LEAK = re.compile(
    r"Traceback|Errno|codec|Exception|[a-z]Error\b|sqlite|\.py\b|line \d+, column|site-packages"
)


@pytest.fixture
def named(workspace: Path) -> Path:
    """A workspace with every fault, reached by a symbolic link."""
    write_workspace(
        workspace,
        {
            "large.md": b"x" * (5 * 1024 * 1024 + 1),
            ".config.yaml": b"a: [\n\tb\n",
            ".version": b"\xff\xfe\x00",
        },
    )
    named = workspace.with_name("named")
    named.symlink_to(workspace)
    return named


def tells_nothing(answer: httpx.Response, named: Path, tmp_path: Path) -> None:
    text = answer.text.replace(str(named), "")
    assert str(tmp_path) not in text
    assert not LEAK.search(text), text


async def test_project_with_every_fault(
    app: FastAPI, client: httpx.AsyncClient, named: Path, tmp_path: Path
) -> None:
    body = {"name": "Harbour", "sdlc_path": str(named)}
    answers = [await client.post("/api/v1/projects", json=body)]
    assert answers[0].status_code == 201
    await client.post("/api/v1/projects/harbour/sync")
    await app.state.runner.wait()
    answers.append(await client.get("/api/v1/projects/harbour"))
    project = answers[-1].json()
    assert project["sync_status"] == "synced"
    assert "large.md: it is larger than 5 MB" in project["warnings"]
    named.unlink()
    await client.post("/api/v1/projects/harbour/sync")
    await app.state.runner.wait()
    answers.append(await client.get("/api/v1/projects/harbour"))
    assert answers[-1].json()["sync_error"]
    for path in ("/syncs", "/health-check", "/stats", "/documents"):
        answers += [await client.get(f"/api/v1/projects/harbour{path}")]
    for answer in answers:
        tells_nothing(answer, named, tmp_path)


@pytest.mark.parametrize("content", [b"{", b"\xff", b'{"name": 1e999}', b'{"name": "x"}'])
async def test_refused_body(
    content: bytes, client: httpx.AsyncClient, named: Path, tmp_path: Path
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/v1/projects", content=content, headers=headers)
    assert 400 <= answer.status_code < 500
    tells_nothing(answer, named, tmp_path)


async def test_refused_path(
    client: httpx.AsyncClient, workspace: Path, named: Path, tmp_path: Path
) -> None:
    for path in (str(tmp_path), f"{named}/missing", f"{named}/prd.md", f"{named}/../../x"):
        body = {"name": "Harbour", "sdlc_path": path}
        answer = await client.post("/api/v1/projects", json=body)
        assert answer.status_code == 400
        assert str(workspace) not in answer.text
        assert not LEAK.search(answer.text.replace(path, ""))


async def test_database_that_fails(
    client: httpx.AsyncClient, migrated: Path, named: Path, tmp_path: Path
) -> None:
    for suffix in ("", "-wal", "-shm"):
        migrated.with_name(migrated.name + suffix).unlink(missing_ok=True)
    for path in ("/readyz", "/api/v1/system/health", "/api/v1/projects", "/api/v1/stats"):
        tells_nothing(await client.get(path), named, tmp_path)


def test_reason_for_an_unreadable_file_has_the_given_name(workspace: Path, named: Path) -> None:
    reason = why(named / "stories/US0001-one.md", PermissionError(13, "denied"))
    assert f"cannot read {named}/stories/US0001-one.md: " in reason
    assert str(workspace) not in reason

"""POST, GET and DELETE of projects."""

from pathlib import Path

import httpx
import pytest
from support.problems import problem

pytestmark = pytest.mark.anyio

PROJECTS = "/api/v1/projects"


def body(workspace: Path | str, name: str = "Harbour") -> dict[str, str]:
    return {"name": name, "source_type": "local", "sdlc_path": str(workspace)}


async def test_registered(client: httpx.AsyncClient, workspace: Path) -> None:
    answer = await client.post(PROJECTS, json=body(workspace, "Ünï Cödé__Name -- x"))
    assert answer.status_code == 201
    project = answer.json()
    assert project.pop("created_at").endswith("Z")
    assert project == {
        "slug": "uni-code-name-x",
        "name": "Ünï Cödé__Name -- x",
        "sdlc_path": str(workspace),
        "source_type": "local",
        "repo_url": None,
        "repo_branch": None,
        "repo_path": None,
        "masked_token": None,
        "access_token_name": None,
        "connection_id": None,
        "token_error": None,
        "sync_status": "never_synced",
        "sync_error": None,
        "schema_version": None,
        "profile": None,
        "last_synced_at": None,
        "auto_sync": False,
        "last_synced_commit_sha": None,
        "revision": None,
        "revision_at": None,
        "revision_url": None,
        "document_count": 0,
        "warnings": [],
        "last_sync": None,
    }
    assert (await client.get(f"{PROJECTS}/uni-code-name-x")).json()["slug"] == "uni-code-name-x"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "body.name"),
        ({"name": "x" * 201}, "body.name"),
        ({"name": None}, "body.name"),
        ({"name": 5}, "body.name"),
        ({"name": "!!!"}, "body.name"),
        ({"sdlc_path": ""}, "body.sdlc_path"),
        ({"sdlc_path": None}, "body.sdlc_path"),
        ({"source_type": "ftp"}, "body.source_type"),
    ],
)
async def test_invalid(
    change: dict[str, object], field: str, visitor: httpx.AsyncClient, workspace: Path
) -> None:
    answer = await visitor.post(PROJECTS, json=body(workspace) | change)
    assert field in problem(answer, 422, "VALIDATION_ERROR")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 60_000])
async def test_invalid_project(content: bytes, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post(
        PROJECTS, content=content, headers={"content-type": "application/json"}
    )
    code = "BAD_REQUEST" if answer.status_code == 400 else "VALIDATION_ERROR"
    assert problem(answer, 400 if code == "BAD_REQUEST" else 422, code)


async def test_lone_surrogate_is_invalid(visitor: httpx.AsyncClient, workspace: Path) -> None:
    content = b'{"name": "a\\ud800", "sdlc_path": "/x"}'
    answer = await visitor.post(
        PROJECTS, content=content, headers={"content-type": "application/json"}
    )
    assert "body.name" in problem(answer, 422, "VALIDATION_ERROR")


@pytest.mark.parametrize("path", ["/nowhere", "\0", "/" + "x" * 5000, "/etc", "relative", ".."])
async def test_path_not_found(path: str, visitor: httpx.AsyncClient, workspace: Path) -> None:
    problem(await visitor.post(PROJECTS, json=body(path)), 400, "PATH_NOT_FOUND")


async def test_path_outside_the_base_names_the_setting(
    client: httpx.AsyncClient, workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "projects" / "link").symlink_to("/etc")
    for path in (tmp_path, tmp_path / "projects" / "link"):
        detail = problem(await client.post(PROJECTS, json=body(path)), 400, "PATH_NOT_FOUND")
        assert "SDLC_LENS_ALLOWED_PROJECT_BASE" in detail


async def test_order_of_refusals(client: httpx.AsyncClient, workspace: Path) -> None:
    await client.post(PROJECTS, json=body(workspace))
    taken = await client.post(PROJECTS, json=body(workspace, "HARBOUR!"))
    assert "'harbour'" in problem(taken, 409, "CONFLICT")
    problem(await client.post(PROJECTS, json=body("/nowhere")), 400, "PATH_NOT_FOUND")
    problem(await client.post(PROJECTS, json=body("/nowhere", "!")), 422, "VALIDATION_ERROR")
    assert len((await client.get(PROJECTS)).json()) == 1


async def test_list_is_oldest_first(client: httpx.AsyncClient, workspace: Path) -> None:
    assert (await client.get(PROJECTS)).json() == []
    for name in ("Zulu", "Alpha"):
        await client.post(PROJECTS, json=body(workspace, name))
    listed = (await client.get(PROJECTS)).json()
    assert [project["slug"] for project in listed] == ["zulu", "alpha"]


async def test_unknown_project(visitor: httpx.AsyncClient) -> None:
    for slug in ("nowhere", "%00", "x" * 5000, "%ff%fe", "..%2f..", "%zz"):
        problem(await visitor.get(f"{PROJECTS}/{slug}"), 404, "NOT_FOUND")


async def test_delete(client: httpx.AsyncClient, synced: str) -> None:
    assert (await client.delete(synced)).status_code == 204
    problem(await client.get(synced), 404, "NOT_FOUND")
    problem(await client.get(f"{synced}/documents"), 404, "NOT_FOUND")
    problem(await client.delete(synced), 404, "NOT_FOUND")

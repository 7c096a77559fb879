"""No form of path leads out of SDLC_LENS_ALLOWED_PROJECT_BASE."""

import os
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem
from support.workspaces import write_workspace

pytestmark = pytest.mark.anyio

PROJECTS = "/api/v1/projects"


SECRETS = {"prd.md": "# Keep off\n"}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A workspace outside the base."""
    return write_workspace(tmp_path / "secrets", SECRETS)


@pytest.fixture(scope="module")
def base(shared_app: FastAPI) -> Path:
    """The base of the visitor's service; next to it are `secrets` and `projects-too`."""
    base: Path = shared_app.state.settings.allowed_project_base
    write_workspace(base.with_name("secrets"), SECRETS)
    base.with_name("projects-too").mkdir()
    return base


async def refused(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.post(PROJECTS, json={"name": "Harbour", "sdlc_path": path})
    return problem(answer, 400, "PATH_NOT_FOUND")


async def synced(client: httpx.AsyncClient, app: FastAPI, path: Path) -> list[str]:
    """The paths of the documents that a project of this folder holds after a sync."""
    body = {"name": "Harbour", "sdlc_path": str(path)}
    assert (await client.post(PROJECTS, json=body)).status_code == 201
    assert (await client.post(f"{PROJECTS}/harbour/sync")).status_code == 202
    await app.state.runner.wait()
    page = (await client.get(f"{PROJECTS}/harbour/documents")).json()
    return [item["path"] for item in page["items"]]


@pytest.mark.parametrize(
    "path",
    [
        "{base}/../secrets",
        "{base}/harbour/../../secrets",
        "{base}/./harbour/.././../secrets",
        "{base}/../projects-too",
        "/",
        "/etc",
        "/proc/self/root",
    ],
)
async def test_traversal(path: str, visitor: httpx.AsyncClient, base: Path) -> None:
    text = await refused(visitor, path.format(base=base))
    assert "SDLC_LENS_ALLOWED_PROJECT_BASE" in text


@pytest.mark.parametrize("path", ["..", "secrets", "~", "file://{base}/harbour"])
async def test_path_without_a_root(path: str, visitor: httpx.AsyncClient, base: Path) -> None:
    assert "relative path" in await refused(visitor, path.format(base=base))


async def test_answer_does_not_reveal_what_exists_outside(
    visitor: httpx.AsyncClient, base: Path
) -> None:
    there, missing = f"{base.with_name('secrets')}", f"{base.with_name('missing')}"
    texts = [(await refused(visitor, path)).replace(path, "") for path in (there, missing)]
    assert texts[0] == texts[1]


async def test_link_out_of_the_base(
    client: httpx.AsyncClient, workspace: Path, outside: Path
) -> None:
    link = workspace.parent / "link"
    link.symlink_to(outside)
    await refused(client, str(link))
    await refused(client, f"{link}/.")
    loop = workspace.parent / "loop"
    loop.symlink_to(loop)
    await refused(client, str(loop))


async def test_links_in_a_workspace_are_not_followed(
    app: FastAPI, client: httpx.AsyncClient, workspace: Path, outside: Path
) -> None:
    (workspace / "stories/US0009-linked.md").symlink_to(outside / "prd.md")
    (workspace / "linked").symlink_to(outside)
    os.link(outside / "prd.md", workspace / "stories/US0008-hard.md")
    paths = await synced(client, app, workspace)
    assert "stories/US0001-one.md" in paths
    assert not [path for path in paths if "linked" in path]


async def test_folder_that_becomes_a_link_later(
    app: FastAPI, client: httpx.AsyncClient, workspace: Path, outside: Path
) -> None:
    assert "prd.md" in await synced(client, app, workspace)
    before = (await client.get(f"{PROJECTS}/harbour")).json()
    workspace.rename(workspace.with_name("moved"))
    workspace.symlink_to(outside)
    await client.post(f"{PROJECTS}/harbour/sync")
    await app.state.runner.wait()
    after = (await client.get(f"{PROJECTS}/harbour")).json()
    assert after["sync_status"] == "error"
    assert after["document_count"] == before["document_count"]


@pytest.mark.parametrize("path", ["{0}\0", "{0}\0/etc", "\0"])
async def test_nul(path: str, visitor: httpx.AsyncClient, base: Path) -> None:
    await refused(visitor, path.format(base / "harbour"))


@pytest.mark.parametrize("path", ["{0}/" + "x" * 300, "{0}" + "/x" * 2100, "/" * 5000 + "etc"])
async def test_overlong(path: str, visitor: httpx.AsyncClient, base: Path) -> None:
    assert len(await refused(visitor, path.format(base / "harbour"))) < 500


@pytest.mark.parametrize("path", [r"\ud800", r"/\ud800/x", r"\ud800\u0000"])
async def test_lone_surrogate(path: str, visitor: httpx.AsyncClient) -> None:
    content = f'{{"name": "Harbour", "sdlc_path": "{path}"}}'
    headers = {"content-type": "application/json"}
    answer = await visitor.post(PROJECTS, content=content, headers=headers)
    assert "body.sdlc_path" in problem(answer, 422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/projects/../../../../etc/passwd",
        "/api/v1/projects/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/api/v1/projects/harbour/documents/..%2f..%2f/passwd",
        "/api/v1/projects/harbour/documents/story/%00",
        "/api/v1/projects/harbour/documents/story/" + "x" * 5000,
        "/api/v1/projects/harbour/documents/story/US0001-one/source?path=../../secrets/prd.md",
        "/..%5c..%5cwindows",
        "//etc/passwd",
    ],
)
async def test_address(path: str, visitor: httpx.AsyncClient, base: Path) -> None:
    answer = await visitor.get(path)
    assert answer.status_code == 404
    if answer.request.url.path.startswith("/api"):
        problem(answer, 404, "NOT_FOUND")

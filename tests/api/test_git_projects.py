"""Projects in git repositories, over HTTP."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.git_objects import Repository
from support.git_projects import FILES, repository, server
from support.git_server import GitServer
from support.problems import problem
from support.services import asking, serving

__all__ = ["repository", "server"]

pytestmark = pytest.mark.anyio

PROJECTS = "/api/v1/projects"


HOSTS = "github.com,gitlab.example:8443"


@pytest.fixture
async def app(migrated: Path, tmp_path: Path, server: GitServer) -> AsyncIterator[FastAPI]:
    """The service, which may read the repository's server."""
    hosts, github = f"{HOSTS},{server.url}", f"{server.url}/api/v3"
    async with serving(migrated, tmp_path, git_hosts=hosts, github_api_url=github) as app:
        yield app


@pytest.fixture(scope="module")
async def visitor(
    migrated_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a service that may read from these hosts, which stores nothing for long."""
    folder = tmp_path_factory.mktemp("git_projects")
    database = Path(shutil.copy(migrated_once, folder))
    async with serving(database, folder, git_hosts=HOSTS) as app, asking(app) as client:
        yield client


def body(url: str, **fields: object) -> dict[str, object]:
    return {"name": "Harbour", "source_type": "git", "repo_url": url, **fields}


async def test_added_and_synced(
    app: FastAPI, client: httpx.AsyncClient, server: GitServer, repository: Repository
) -> None:
    answer = await client.post(PROJECTS, json=body(f"{server.url}/o/r"))
    assert answer.status_code == 201, answer.text
    added = answer.json()
    assert (added["source_type"], added["sdlc_path"]) == ("git", None)
    assert (added["repo_branch"], added["repo_path"]) == (None, "sdlc-studio")
    assert (await client.post(f"{PROJECTS}/harbour/sync")).status_code == 202
    await app.state.runner.wait()
    synced = (await client.get(f"{PROJECTS}/harbour")).json()
    commit = repository.refs["refs/heads/main"]
    assert (synced["revision"], synced["last_synced_commit_sha"]) == (commit, commit)
    assert synced["revision_at"] == "2026-01-02T03:04:05.000Z"
    assert (synced["sync_status"], synced["document_count"]) == ("synced", 2)
    story = (await client.get(f"{PROJECTS}/harbour/documents/story/US0001")).json()
    assert story["title"] == "US0001: Berth"
    assert synced["revision_url"] == f"{server.url}/o/r/commit/{commit}"
    page = f"{server.url}/o/r/blob/{commit}/sdlc-studio/stories/US0001-berth.md"
    assert (story["source_url"], story["last_change"]) == (page, None)
    await app.state.history.look()
    story = (await client.get(f"{PROJECTS}/harbour/documents/story/US0001")).json()
    assert story["last_change"] == {
        "author": "Ada",
        "at": "2026-01-02T03:04:05.000Z",
        "subject": "Text",
        "commit": commit,
    }


async def test_client_that_knows_github_alone(
    app: FastAPI, client: httpx.AsyncClient, server: GitServer
) -> None:
    fields = {"source_type": "github", "repo_branch": "main", "repo_path": "sdlc-studio"}
    answer = await client.post(PROJECTS, json=body(f"{server.url}/o/r") | fields)
    assert answer.status_code == 201, answer.text
    assert {name: answer.json()[name] for name in fields} == fields
    await app.state.runner.sync("harbour")
    assert (await client.get(f"{PROJECTS}/harbour")).json()["document_count"] == 2


async def test_branch_of_a_github_project_is_main_by_default(client: httpx.AsyncClient) -> None:
    github = body("https://github.com/o/r", source_type="github")
    assert (await client.post(PROJECTS, json=github)).json()["repo_branch"] == "main"


async def test_pasted_address_is_taken_apart(client: httpx.AsyncClient) -> None:
    pasted = "https://gitlab.example:8443/g/s/r/-/tree/v1.0/a%20b+c/?ref_type=tags"
    answer = await client.post(PROJECTS, json=body(pasted))
    assert answer.status_code == 201, answer.text
    found = answer.json()
    place = found["repo_url"], found["repo_branch"], found["repo_path"]
    assert place == ("https://gitlab.example:8443/g/s/r", "v1.0", "a b+c")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"repo_url": None}, "body.repo_url"),
        ({"repo_url": ""}, "body.repo_url"),
        ({"repo_url": "github.com/o/r"}, "body.repo_url"),
        ({"repo_url": "git@github.com:o/r.git"}, "body.repo_url"),
        ({"repo_url": "https://github.com/o/r?a=b"}, "body.repo_url"),
        ({"repo_url": "https://user:secret@github.com/o/r"}, "body.repo_url"),
        ({"repo_url": "https://github.com/\0"}, "body.repo_url"),
        ({"repo_url": "https://github.com/o/r/pull/12"}, "another page of https://github.com/o/r."),
        ({"repo_branch": "main\nwant x"}, "body.repo_branch"),
        ({"repo_path": "../x"}, "body.repo_path"),
        ({"repo_path": "x" * 5000}, "body.repo_path"),
        ({"repo_url": "https://github.com/" + "x" * 5000}, "body.repo_url"),
    ],
)
async def test_invalid(change: dict[str, object], field: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post(PROJECTS, json=body("https://github.com/o/r") | change)
    assert field in problem(answer, 422, "VALIDATION_ERROR")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/o/r",
        "http://github.com/o/r",
        "https://github.com:444/o/r",
        "https://gitlab.example/o/r",
        "https://github.com.example.org/o/r",
        "http://127.0.0.1:1/o/r",
    ],
)
async def test_host_that_is_not_listed(url: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post(PROJECTS, json=body(url))
    assert "SDLC_LENS_GIT_HOSTS" in problem(answer, 422, "HOST_NOT_ALLOWED")


async def test_failure_names_its_code(
    app: FastAPI, client: httpx.AsyncClient, server: GitServer
) -> None:
    await client.post(PROJECTS, json=body(f"{server.url}/o/r", repo_branch="nowhere"))
    await app.state.runner.sync("harbour")
    project = (await client.get(f"{PROJECTS}/harbour")).json()
    assert (project["sync_status"], project["document_count"]) == ("error", 0)
    assert "nowhere" in project["sync_error"]
    assert project["last_sync"]["code"] == "BRANCH_NOT_FOUND"


async def test_last_change_is_that_of_the_present_branch(
    app: FastAPI, client: httpx.AsyncClient, server: GitServer, repository: Repository
) -> None:
    story = f"{PROJECTS}/harbour/documents/story/US0001"
    repository.commit(FILES, "next", subject="Next", parents=[])
    await client.post(PROJECTS, json=body(f"{server.url}/o/r"))
    for branch, subject in ((None, "Text"), ("next", "Next")):
        await client.put(f"{PROJECTS}/harbour", json={"repo_branch": branch})
        await app.state.runner.sync("harbour")
        assert (await client.get(story)).json()["last_change"] is None
        await app.state.history.look()
        assert (await client.get(story)).json()["last_change"]["subject"] == subject


async def test_folder_becomes_a_repository_and_back(
    app: FastAPI, client: httpx.AsyncClient, server: GitServer, tmp_path: Path
) -> None:
    local = {"name": "Harbour", "sdlc_path": str(tmp_path)}
    before = (await client.post(PROJECTS, json=local)).json()
    put = await client.put(
        f"{PROJECTS}/harbour", json={"source_type": "git", "repo_url": f"{server.url}/o/r"}
    )
    assert (put.status_code, put.json()["sdlc_path"]) == (200, None), put.text
    await app.state.runner.sync("harbour")
    await app.state.history.look()
    assert (await client.get(f"{PROJECTS}/harbour")).json()["document_count"] == 2
    elsewhere = await client.put(f"{PROJECTS}/harbour", json={"repo_path": "docs"})
    assert (elsewhere.json()["revision"], elsewhere.json()["revision_url"]) == (None, None)
    story = await client.get(f"{PROJECTS}/harbour/documents/story/US0001")
    assert story.json()["source_url"] is None, "it was read in another folder"
    assert story.json()["last_change"] is None
    back = await client.put(
        f"{PROJECTS}/harbour", json={"source_type": "local", "sdlc_path": str(tmp_path)}
    )
    assert {name: back.json()[name] for name in before if name.startswith(("repo", "sdlc"))} == {
        name: before[name] for name in before if name.startswith(("repo", "sdlc"))
    }
    lacking = await client.put(f"{PROJECTS}/harbour", json={"source_type": "git"})
    assert "body.repo_url" in problem(lacking, 422, "VALIDATION_ERROR")


async def test_settings_page_keeps_the_repository(
    client: httpx.AsyncClient, server: GitServer
) -> None:
    await client.post(PROJECTS, json=body(f"{server.url}/o/r"))
    page = await client.get("/projects/harbour/settings")
    assert f"{server.url}/o/r" in page.text
    form = {"name": "Quay", "auto_sync": "yes"}
    saved = await client.post("/projects/harbour/settings", data=form)
    assert saved.status_code == 303, saved.text
    project = (await client.get(f"{PROJECTS}/harbour")).json()
    assert (project["name"], project["repo_url"]) == ("Quay", f"{server.url}/o/r")
    assert project["auto_sync"]

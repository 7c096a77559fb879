"""Adding, changing and removing projects."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import ORIGIN, read, visit
from support.html import Element

from sdlc_lens.sources.folder import find_workspaces

pytestmark = pytest.mark.anyio


def field(page: Element, name: str) -> str:
    """The value of a field of the form of a folder."""
    for found in page.all("select", name=name):
        return next(one.text for one in found.all("option") if "selected" in one.attributes)
    return page.one("input", id=name).attributes["value"]


async def test_added_project_is_synced(
    app: FastAPI, client: httpx.AsyncClient, workspace: Path
) -> None:
    page = await visit(client, "/add")
    (folder,) = [option.text for option in page.one("select", name="folder").all("option")]
    assert folder == str(workspace)
    form = {"name": "Old Harbour", "folder": folder}
    answer = await client.post("/add", data=form, headers=ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/projects/old-harbour/syncs")
    await app.state.runner.wait()
    assert "1 of 3 stories" in (await visit(client, "/projects/old-harbour")).text


@pytest.mark.parametrize(
    ("name", "folder", "status", "problem"),
    [
        ("!!!", "{}", 422, "no letter"),
        ("", "{}", 422, "no letter"),
        ("x" * 300, "{}", 422, "longer than"),
        ("Port", "/etc", 400, "outside"),
        ("Port", "{}/nowhere", 400, "does not exist"),
        ("Port", "", 400, "relative path"),
        ("Port", "\0", 400, ""),
        ("Harbour", "{}", 409, "exists already"),
    ],
)
async def test_invalid_forms_are_shown_again(
    client: httpx.AsyncClient,
    synced: str,
    workspace: Path,
    name: str,
    folder: str,
    status: int,
    problem: str,
) -> None:
    form = {"name": name, "folder": folder.format(workspace)}
    answer = await client.post("/add", data=form, headers=ORIGIN)
    assert answer.status_code == status
    page = read(answer)
    assert problem in page.one("p", role="alert").text
    assert field(page, "name") == name


async def test_malformed_forms_are_refused(client: httpx.AsyncClient) -> None:
    for body in (b"", b"\xff\x00", b"{}", b"&" * 500 + b"a=b" * 100, b"a&" * 500):
        answer = await client.post("/add", content=body, headers=ORIGIN)
        assert answer.status_code == 422
        read(answer)
    assert "too many fields" in answer.text


async def test_folders_are_looked_for_below_the_base(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    base = tmp_path / "projects"
    for name in ("a/sdlc-studio/stories", "b/c/sdlc-studio/epics", "d/e/f/g/epics", ".h/epics"):
        (base / name).mkdir(parents=True)
    (base / "link").symlink_to(base / "a")
    page = await visit(client, "/add")
    assert [option.text for option in page.one("select", name="folder").all("option")] == [
        f"{base}/a/sdlc-studio",
        f"{base}/b/c/sdlc-studio",
    ]


def test_folders_are_not_looked_for_on_the_whole_machine_nor_for_long(tmp_path: Path) -> None:
    (tmp_path / "a" / "stories").mkdir(parents=True)
    assert find_workspaces(tmp_path, 60) == [str(tmp_path / "a")]
    assert not find_workspaces(tmp_path, -1)
    assert not find_workspaces(Path("/"), 60)


async def test_without_workspaces_a_path_is_typed(client: httpx.AsyncClient) -> None:
    page = await visit(client, "/add")
    assert page.one("input", name="folder").attributes["value"] == ""
    assert "No workspace was found" in page.text


async def test_changed_settings_are_kept(client: httpx.AsyncClient, port: str) -> None:
    page = await visit(client, f"{port}/settings")
    assert field(page, "name") == "Port"
    form = {"name": "Quay", "folder": field(page, "folder"), "auto_sync": "yes"}
    answer = await client.post(f"{port}/settings", data=form, headers=ORIGIN)
    assert answer.status_code == 303
    page = await visit(client, answer.headers["location"])
    assert page.one("p", role="status").text == "The settings are saved."
    assert field(page, "name") == "Quay"
    assert "checked" in page.one("input", name="auto_sync").attributes
    del form["auto_sync"]
    await client.post(f"{port}/settings", data=form, headers=ORIGIN)
    page = await visit(client, f"{port}/settings")
    assert "checked" not in page.one("input", name="auto_sync").attributes


async def test_invalid_settings_change_nothing(client: httpx.AsyncClient, port: str) -> None:
    form = {"name": "Quay", "folder": "/etc"}
    answer = await client.post(f"{port}/settings", data=form, headers=ORIGIN)
    assert answer.status_code == 400
    assert "outside" in read(answer).one("p", role="alert").text
    assert "Port" in (await visit(client, port)).one("h1").text
    unknown = await client.post("/projects/unknown/settings", data=form, headers=ORIGIN)
    assert unknown.status_code == 404


async def test_removing_asks_once(client: httpx.AsyncClient, port: str) -> None:
    page = await visit(client, f"{port}/settings")
    page = await visit(client, page.link("Remove this project …"))
    assert "12 documents" in page.one("p", class_="lead").text
    answer = await client.post(f"{port}/settings/remove", headers=ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    await visit(client, port, 404)

"""The service's own API, as far as the tests of the image use it."""

import json
from pathlib import Path
from typing import Any

from support import workspaces

from engine import until
from engine.container import Container

HARBOUR = {
    "epics/EP0001-harbour.md": "# EP0001: Harbour\n\n> **Status:** Draft\n",
    "stories/US0001-berth.md": "# US0001: Berth\n\n> **Status:** Done\n> **Epic:** EP0001\n",
}


def ask(lens: Container, status: int, method: str, path: str, body: object = None) -> Any:
    """Send a request that has to be answered with a status; the answer."""
    answer = lens.ask(method, f"/api/v1/{path}", body)
    assert answer.status == status, answer.text
    return json.loads(answer.text)


def got(lens: Container, path: str) -> Any:
    """What the API holds under a path."""
    return ask(lens, 200, "GET", path)


def register(lens: Container, name: str, folder: str) -> str:
    """Make a project of a folder; its slug."""
    project = {"name": name, "source_type": "local", "sdlc_path": folder}
    return str(ask(lens, 201, "POST", "projects", project)["slug"])


def begin_sync(lens: Container, slug: str) -> None:
    ask(lens, 202, "POST", f"projects/{slug}/sync")


def sync_ended(lens: Container, slug: str, seconds: float = 60) -> Any:
    """Wait until no sync of a project runs; the project."""

    def state() -> Any:
        return got(lens, f"projects/{slug}")

    until(lambda: state()["sync_status"] != "syncing", seconds, state, pause=0.01)
    return state()


def synced(lens: Container, slug: str, seconds: float = 60) -> Any:
    """Sync a project and wait for the end, whatever that is; the project."""
    begin_sync(lens, slug)
    return sync_ended(lens, slug, seconds)


def slugs(lens: Container) -> list[str]:
    """The slugs of all projects, oldest first."""
    return [entry["slug"] for entry in got(lens, "projects")]


def documents(lens: Container, slug: str) -> Any:
    """The first hundred documents of a project, by id."""
    return got(lens, f"projects/{slug}/documents?sort=doc_id&order=asc&per_page=100")["items"]


def write_workspace(folder: Path) -> Path:
    """A workspace with one epic and one story."""
    return workspaces.write_workspace(folder, HARBOUR)

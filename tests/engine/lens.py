"""The service's own API, as far as the tests of the image use it."""

import time
from pathlib import Path
from typing import Any

from engine.container import Container


def register(lens: Container, name: str, folder: str) -> str:
    """Make a project of a folder; its slug."""
    project = {"name": name, "source_type": "local", "sdlc_path": folder}
    answer = lens.ask("POST", "/api/v1/projects", project)
    assert answer.status == 201, answer.text
    return answer.json()["slug"]  # type: ignore[no-any-return]


def synced(lens: Container, slug: str, seconds: float = 30, pause: float = 0.05) -> dict[str, Any]:
    """Sync a project and wait for the end, whatever that is; the project."""
    answer = lens.ask("POST", f"/api/v1/projects/{slug}/sync")
    assert answer.status == 202, answer.text
    end = time.monotonic() + seconds
    while (state := project(lens, slug))["sync_status"] == "syncing":
        assert time.monotonic() < end, f"still syncing after {seconds} s: {state}"
        time.sleep(pause)
    return state


def project(lens: Container, slug: str) -> dict[str, Any]:
    """One project."""
    answer = lens.ask("GET", f"/api/v1/projects/{slug}")
    assert answer.status == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def slugs(lens: Container) -> list[str]:
    """The slugs of all projects, oldest first."""
    return [entry["slug"] for entry in lens.ask("GET", "/api/v1/projects").json()]


def documents(lens: Container, slug: str) -> list[dict[str, Any]]:
    """The first hundred documents of a project, by id."""
    path = f"/api/v1/projects/{slug}/documents?sort=doc_id&order=asc&per_page=100"
    answer = lens.ask("GET", path)
    assert answer.status == 200, answer.text
    return answer.json()["items"]  # type: ignore[no-any-return]


def write_workspace(folder: Path, stories: int = 1) -> Path:
    """A workspace with one epic and its stories."""
    (folder / "epics").mkdir(parents=True)
    (folder / "stories").mkdir()
    (folder / "epics/EP0001-harbour.md").write_text("# EP0001: Harbour\n\n> **Status:** Draft\n")
    for number in range(1, stories + 1):
        (folder / f"stories/US{number:04}-berth.md").write_text(
            f"# US{number:04}: Berth {number}\n\n> **Status:** Done\n> **Epic:** EP0001\n"
        )
    return folder

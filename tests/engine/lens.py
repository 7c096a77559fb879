"""The service's own API, as far as the tests of the image use it."""

from pathlib import Path
from typing import Any

from engine import until
from engine.container import Container


def register(lens: Container, name: str, folder: str) -> str:
    """Make a project of a folder; its slug."""
    project = {"name": name, "source_type": "local", "sdlc_path": folder}
    answer = lens.ask("POST", "/api/v1/projects", project)
    assert answer.status == 201, answer.text
    return answer.json()["slug"]  # type: ignore[no-any-return]


def begin_sync(lens: Container, slug: str) -> None:
    """Start a sync of a project."""
    answer = lens.ask("POST", f"/api/v1/projects/{slug}/sync")
    assert answer.status == 202, answer.text


def sync_ended(lens: Container, slug: str, seconds: float = 60) -> dict[str, Any]:
    """Wait until no sync of a project runs; the project."""

    def state() -> dict[str, Any]:
        return project(lens, slug)

    until(lambda: state()["sync_status"] != "syncing", seconds, state, pause=0.01)
    return state()


def synced(lens: Container, slug: str, seconds: float = 60) -> dict[str, Any]:
    """Sync a project and wait for the end, whatever that is; the project."""
    begin_sync(lens, slug)
    return sync_ended(lens, slug, seconds)


def project(lens: Container, slug: str) -> dict[str, Any]:
    """One project."""
    return got(lens, f"projects/{slug}")  # type: ignore[no-any-return]


def slugs(lens: Container) -> list[str]:
    """The slugs of all projects, oldest first."""
    return [entry["slug"] for entry in got(lens, "projects")]


def documents(lens: Container, slug: str) -> list[dict[str, Any]]:
    """The first hundred documents of a project, by id."""
    path = f"projects/{slug}/documents?sort=doc_id&order=asc&per_page=100"
    return got(lens, path)["items"]  # type: ignore[no-any-return]


def got(lens: Container, path: str) -> Any:
    """What the API holds under a path."""
    answer = lens.ask("GET", f"/api/v1/{path}")
    assert answer.status == 200, answer.text
    return answer.json()


def write_workspace(folder: Path, stories: int = 1) -> Path:
    """A workspace with one epic and its stories."""
    for name in ("epics", "stories"):
        (folder / name).mkdir(parents=True)
    (folder / "epics/EP0001-harbour.md").write_text("# EP0001: Harbour\n\n> **Status:** Draft\n")
    for number in range(1, stories + 1):
        (folder / f"stories/US{number:04}-berth.md").write_text(
            f"# US{number:04}: Berth {number}\n\n> **Status:** Done\n> **Epic:** EP0001\n"
        )
    return folder

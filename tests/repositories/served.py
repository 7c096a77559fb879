"""A repository on git's own server, and the projects that read it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from engine.container import Container
from engine.lens import ask, documents, synced
from support.git_server import GitServer, git
from support.workspaces import write_workspace

HOST = "git.test"

Files = Mapping[str, str | bytes]

FILES: Files = {
    "README.md": "# Not a document\n",
    "big.bin": Random(1).randbytes(100_000),
    "sdlc-studio/prd.md": "# What for\n",
    "sdlc-studio/stories/US0001.md": "# US0001: Berth\n" + "A line that compresses.\n" * 200,
    "sdlc-studio/stories/US0002.md": "# US0002: Quay\n" + "A line that compresses.\n" * 200,
}


class Served:
    """A repository on the server, and the folder that is committed to it."""

    def __init__(
        self, lens: Container, server: GitServer, root: Path, name: str, *options: str
    ) -> None:
        self.server = server
        self.work = root / f"{name}-work"
        self.bare = root / f"{name}.git"
        self.url = f"http://{HOST}:{server.port}/{self.bare.name}"
        self._lens = lens
        self._slugs: dict[tuple[str | None, str], str] = {}
        self.work.mkdir()
        git(self.work, "init", "--quiet", "--initial-branch=main", *options)
        git(root, "init", "--quiet", "--bare", "--initial-branch=main", *options, self.bare.name)
        self.allow_filters(True)

    def allow_filters(self, allowed: bool) -> None:
        git(self.bare, "config", "uploadpack.allowFilter", str(allowed).lower())

    def commit(self, files: Files) -> str:
        """Make FILES the contents of the branch; the id of the commit."""
        for found in self.work.iterdir():
            if found.is_dir() and not found.is_symlink() and found.name != ".git":
                shutil.rmtree(found)
            elif found.name != ".git":
                found.unlink()
        write_workspace(self.work, files)
        return self.commit_all()

    def commit_all(self) -> str:
        git(self.work, "add", "--all")
        git(self.work, "commit", "--quiet", "--message", "Text")
        self.push("main")
        return git(self.work, "rev-parse", "HEAD")

    def push(self, *refs: str) -> None:
        options = ("--quiet", "--force", "--no-recurse-submodules")
        git(self.work, "push", *options, str(self.bare), *refs)

    def sync(self, branch: str | None = None, path: str = "sdlc-studio") -> Any:
        """Sync the project that reads this branch and folder; the project."""
        if (branch, path) not in self._slugs:
            name = f"{self.bare.stem} {len(self._slugs)}"
            source = {"source_type": "git", "repo_url": self.url}
            body = {"name": name, **source, "repo_branch": branch, "repo_path": path}
            self._slugs[branch, path] = ask(self._lens, 201, "POST", "projects", body)["slug"]
        self.server.reset()
        return synced(self._lens, self._slugs[branch, path])

    def contents(self, branch: str | None = None, path: str = "sdlc-studio") -> Mapping[str, str]:
        """What a sync has stored, by path."""
        project = self.sync(branch, path)
        assert project["sync_status"] == "synced", project["sync_error"]
        return {
            found["path"]: self._ask(project["slug"], found, "/source")
            for found in documents(self._lens, project["slug"])
        }

    def last_changes(self, slug: str) -> Mapping[str, Any]:
        """The last change of each document, by path."""
        return {
            found["path"]: json.loads(self._ask(slug, found))["last_change"]
            for found in documents(self._lens, slug)
        }

    def _ask(self, slug: str, found: Any, what: str = "") -> str:
        place = f"projects/{slug}/documents/{found['type']}/{quote(found['doc_id'])}{what}"
        return self._lens.ask("GET", f"/api/v1/{place}?path={quote(found['path'])}").text

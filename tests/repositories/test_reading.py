"""Repositories on git's own server: what the service reads, and with how many requests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from engine import until
from engine.container import Container
from support.git_server import GitServer, git
from support.workspaces import write_workspace

from repositories.served import FILES, Served

WORKSPACE = {
    path.removeprefix("sdlc-studio/"): text for path, text in FILES.items() if "sdlc" in path
}


def test_documents_equal_the_files(served: Served) -> None:
    commit = served.commit(FILES)
    assert served.contents() == WORKSPACE
    assert len(served.server.requests) == 6
    assert served.server.sent < 3000, "the large file is not sent"
    project = served.sync()
    assert project["revision"] == commit
    assert len(served.server.requests) == 2, "nothing has changed"


def test_server_without_filters_sends_all(served: Served) -> None:
    served.commit(FILES)
    served.allow_filters(False)
    assert served.contents() == WORKSPACE
    assert len(served.server.requests) == 3


@pytest.mark.parametrize(("refused", "sends_all"), [("tree.", False), ("", True)])
def test_server_that_refuses_filters(refused: str, sends_all: bool, served: Served) -> None:
    served.commit(FILES)
    git(served.bare, "config", f"uploadpackfilter.{refused}allow", "false")
    assert served.contents() == WORKSPACE
    assert len(served.server.requests) == 5
    assert (served.server.sent > 3000) == sends_all


def test_stored_documents_are_not_sent_again(served: Served) -> None:
    served.commit(FILES)
    served.sync()
    served.commit({**FILES, "sdlc-studio/prd.md": "# What else for\n"})
    assert served.contents() == {**WORKSPACE, "prd.md": "# What else for\n"}
    assert served.server.requests[-1].body.count(b"want ") == 1


def test_repository_with_sha256(reader: Container, server: GitServer, root: Path) -> None:
    served = Served(reader, server, root, "sha256", "--object-format=sha256")
    commit = served.commit(FILES)
    assert served.contents() == WORKSPACE
    assert served.sync()["revision"] == commit
    assert len(commit) == 64


def test_history_that_was_rewritten(served: Served) -> None:
    served.commit(FILES)
    served.sync()
    git(served.work, "commit", "--quiet", "--amend", "--message", "Another")
    kept = {"sdlc-studio/prd.md": "# What for\n", "sdlc-studio/trd.md": "# How\n"}
    served.commit(kept)
    git(served.bare, "gc", "--quiet", "--prune=now")
    assert served.contents() == {"prd.md": "# What for\n", "trd.md": "# How\n"}


@pytest.mark.parametrize("options", [[], ["--annotate", "--message", "Text"]])
def test_tag_in_place_of_a_branch(options: list[str], served: Served) -> None:
    commit = served.commit(FILES)
    git(served.work, "tag", *options, "v1.0")
    served.push("v1.0")
    served.commit({"sdlc-studio/trd.md": "# How\n"})
    assert served.contents("v1.0") == WORKSPACE
    assert served.sync("v1.0")["revision"] == commit


def test_branch_comes_before_a_tag_of_its_name(served: Served) -> None:
    served.commit(FILES)
    served.push("HEAD:refs/tags/next")
    commit = served.commit({"sdlc-studio/trd.md": "# How\n"})
    served.push("HEAD:refs/heads/next", "HEAD:refs/heads/next-one")
    assert served.sync("next")["revision"] == commit


@pytest.mark.parametrize(("branch", "reason"), [(None, "is empty"), ("Main", "'Main'")])
def test_branch_without_commits(branch: str | None, reason: str, served: Served) -> None:
    if branch:
        served.commit(FILES)
    project = served.sync(branch)
    assert project["last_sync"]["code"] == "BRANCH_NOT_FOUND"
    assert reason in project["sync_error"]


def test_repository_that_does_not_exist(served: Served) -> None:
    served.bare.rename(served.bare.with_name("other.git"))
    assert served.sync()["last_sync"]["code"] == "REPOSITORY_NOT_FOUND"


def test_links_and_submodules_are_left_out(served: Served) -> None:
    write_workspace(served.work, FILES)
    (served.work / "sdlc-studio" / "link.md").symlink_to("prd.md")
    (served.work / "sdlc-studio" / "bugs").symlink_to("stories")
    git(served.work, "init", "--quiet", "--initial-branch=main", "sdlc-studio/epics")
    write_workspace(served.work / "sdlc-studio" / "epics", {"EP0001.md": "# EP0001\n"})
    git(served.work / "sdlc-studio" / "epics", "add", "--all")
    git(served.work / "sdlc-studio" / "epics", "commit", "--quiet", "--message", "Text")
    git(served.work, "-c", "advice.addEmbeddedRepo=false", "add", "--all")
    served.commit_all()
    assert served.contents() == WORKSPACE


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("sdlc-studi0", "is not in the repository"),
        ("sdlc-studio/prd.md", "is a file"),
        ("linked", "is a symbolic link"),
        ("linked/stories", "'linked' is a symbolic link"),
    ],
)
def test_path_that_is_not_a_folder(path: str, reason: str, served: Served) -> None:
    write_workspace(served.work, FILES)
    (served.work / "linked").symlink_to("sdlc-studio")
    served.commit_all()
    project = served.sync(path=path)
    assert project["last_sync"]["code"] == "FOLDER_NOT_FOUND"
    assert reason in project["sync_error"]


def test_names_of_every_kind(served: Served) -> None:
    served.commit(
        {
            "my docs/a+b/sdlc studio/ä ö+%20.md": "# Odd\n",
            "my docs/a+b/sdlc studio/node_modules/x.md": "# Skipped\n",
            "my docs/a+b/sdlc studio/_index.md": "# Skipped\n",
        }
    )
    assert served.contents(path="my docs/a+b/sdlc studio") == {"ä ö+%20.md": "# Odd\n"}
    assert len(served.server.requests) == 8


def test_workspace_that_is_the_repository(served: Served) -> None:
    served.commit({"prd.md": "# What for\n"})
    assert served.contents(path=".") == {"prd.md": "# What for\n"}
    assert len(served.server.requests) == 5


def test_last_changes_are_those_of_git_log(served_with_history: Served) -> None:
    served = served_with_history
    served.commit(FILES)
    served.commit({**FILES, "sdlc-studio/stories/US0001.md": "# US0001: Pier\n"})
    git(served.work, "switch", "--quiet", "--create", "side", "HEAD~1")
    (served.work / "sdlc-studio" / "trd.md").write_text("# How\n")
    git(served.work, "add", "--all")
    git(served.work, "commit", "--quiet", "--message", "How\n\nThe rest", "--author=Zoë <z@a>")
    git(served.work, "switch", "--quiet", "main")
    git(served.work, "merge", "--quiet", "--no-edit", "side")
    served.push("main")
    project = served.sync()

    def changes() -> Mapping[str, Any]:
        return served.last_changes(project["slug"])

    until(lambda: None not in changes().values(), 30, changes)
    for path, change in changes().items():
        wanted = "--format=%H %an %s"
        logged = git(served.work, "log", "-1", wanted, "--", f"sdlc-studio/{path}")
        assert f"{change['commit']} {change['author']} {change['subject']}" == logged

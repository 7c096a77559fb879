"""Git's own server: what it hands out, and what that costs."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.git_projects import source
from support.git_server import GitServer, git, gits_own, serving
from support.workspaces import write_workspace

from sdlc_lens.remote_errors import BranchNotFound, FolderNotFound, RepositoryNotFound
from sdlc_lens.sources.git.hosts import Host
from sdlc_lens.sources.git.limits import Limits
from sdlc_lens.sources.git.place import Place
from sdlc_lens.sources.git.repository import Policy, read_repository
from sdlc_lens.sources.snapshot import Blob, Snapshot

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None, reason="NOT TESTED: git is not installed"
)

Files = Mapping[str, str | bytes]

FILES: Files = {
    "README.md": "# Not a document\n",
    "big.bin": bytes(range(256)) * 400,
    "sdlc-studio/prd.md": "# What for\n",
    "sdlc-studio/stories/US0001.md": "# US0001: Berth\n" + "A line that compresses.\n" * 200,
    "sdlc-studio/stories/US0002.md": "# US0002: Quay\n" + "A line that compresses.\n" * 200,
}


class Served:
    """A repository at /r.git, and the folder that is committed to it."""

    def __init__(self, root: Path, server: GitServer, *options: str) -> None:
        self.server = server
        self.work = root / "work"
        self.bare = root / "r.git"
        self._policy = Policy((Host.parse(server.url),), Limits(), root)
        self.work.mkdir()
        git(self.work, "init", "--quiet", "--initial-branch=main", *options)
        git(root, "init", "--quiet", "--bare", "--initial-branch=main", *options, "r.git")
        self.allow_filters(True)

    def allow_filters(self, allowed: bool) -> None:
        git(self.bare, "config", "uploadpack.allowFilter", str(allowed).lower())

    def commit(self, files: Files) -> str:
        """Make FILES the contents of the branch; the id of the commit."""
        for found in self.work.iterdir():
            if found.name != ".git":
                shutil.rmtree(
                    found
                ) if found.is_dir() and not found.is_symlink() else found.unlink()
        write_workspace(self.work, files)
        return self.commit_all()

    def commit_all(self) -> str:
        git(self.work, "add", "--all")
        git(self.work, "commit", "--quiet", "--message", "Text")
        self.push("main")
        return git(self.work, "rev-parse", "HEAD")

    def push(self, *refs: str) -> None:
        git(
            self.work,
            "push",
            "--quiet",
            "--force",
            "--no-recurse-submodules",
            str(self.bare),
            *refs,
        )

    def read(
        self, branch: str | None = None, path: str = "sdlc-studio", **options: Any
    ) -> Snapshot:
        snapshot = read_repository(self.place(branch, path), self._policy, **options)
        assert snapshot
        return snapshot

    def place(self, branch: str | None = None, path: str = "sdlc-studio") -> Place:
        return Place(f"{self.server.url}/r.git", branch, path)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(gits_own(tmp_path)) as server:
        yield Served(tmp_path, server)


def contents(snapshot: Snapshot) -> dict[str, str]:
    return {path: source(snapshot, path).decode() for path in snapshot.blobs}


def workspace(files: Files) -> Files:
    """What of the files is in the workspace, by the path there."""
    below = "sdlc-studio/"
    return {path.removeprefix(below): text for path, text in files.items() if below in path}


def test_documents_equal_the_files(served: Served) -> None:
    commit = served.commit(FILES)
    snapshot = served.read()
    assert contents(snapshot) == workspace(FILES)
    assert snapshot.commit
    assert snapshot.commit.id == commit
    assert len(served.server.requests) == 6
    assert served.server.sent < 3000, "the large file is not sent"


def test_server_without_filters_sends_all(served: Served) -> None:
    served.commit(FILES)
    served.allow_filters(False)
    assert contents(served.read()) == workspace(FILES)
    assert len(served.server.requests) == 3


def test_server_that_refuses_this_filter_sends_all(served: Served) -> None:
    served.commit(FILES)
    git(served.bare, "config", "uploadpackfilter.tree.allow", "false")
    assert contents(served.read()) == workspace(FILES)
    assert len(served.server.requests) == 4


def test_known_blobs_are_not_sent(served: Served) -> None:
    served.commit(FILES)
    before = served.read()
    served.commit({**FILES, "sdlc-studio/prd.md": "# What else for\n"})
    served.server.reset()
    after = served.read(known=set(before.blobs.values()))
    assert source(after, "prd.md") == b"# What else for\n"
    assert served.server.requests[-1].body.count(b"want ") == 1


def test_repository_with_sha256(tmp_path: Path) -> None:
    with serving(gits_own(tmp_path)) as server:
        served = Served(tmp_path, server, "--object-format=sha256")
        served.commit(FILES)
        snapshot = served.read()
    assert contents(snapshot) == workspace(FILES)
    for path, blob in snapshot.blobs.items():
        assert len(blob) == 64
        assert snapshot.read(path) == Blob(blob, source(snapshot, path))


def test_history_that_was_rewritten(served: Served) -> None:
    served.commit(FILES)
    before = served.read()
    git(served.work, "commit", "--quiet", "--amend", "--message", "Another")
    served.commit({"sdlc-studio/trd.md": "# How\n"})
    git(served.bare, "gc", "--quiet", "--prune=now")
    after = served.read(known=set(before.blobs.values()))
    assert contents(after) == {"trd.md": "# How\n"}


@pytest.mark.parametrize("options", [[], ["--annotate", "--message", "Text"]])
def test_tag_in_place_of_a_branch(options: list[str], served: Served) -> None:
    commit = served.commit(FILES)
    git(served.work, "tag", *options, "v1.0")
    served.push("v1.0")
    served.commit({"sdlc-studio/trd.md": "# How\n"})
    snapshot = served.read("v1.0")
    assert snapshot.commit
    assert snapshot.commit.id == commit
    assert contents(snapshot) == workspace(FILES)


def test_branch_comes_before_a_tag_of_its_name(served: Served) -> None:
    served.commit(FILES)
    served.push("HEAD:refs/tags/next")
    commit = served.commit({"sdlc-studio/trd.md": "# How\n"})
    served.push("HEAD:refs/heads/next", "HEAD:refs/heads/next-one")
    snapshot = served.read("next")
    assert snapshot.commit
    assert snapshot.commit.id == commit


def test_branch_without_commits(served: Served) -> None:
    with pytest.raises(BranchNotFound, match="is empty"):
        served.read()
    served.commit(FILES)
    with pytest.raises(BranchNotFound, match="'Main'"):
        served.read("Main")


def test_repository_that_does_not_exist(served: Served) -> None:
    served.bare.rename(served.bare.with_name("other.git"))
    with pytest.raises(RepositoryNotFound):
        served.read()


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
    assert contents(served.read()) == workspace(FILES)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("sdlc-studi0", "is not in the repository"),
        ("sdlc-studio/prd.md", "is a file"),
        ("linked", "is a symbolic link"),
        ("linked/stories", "'linked' is a symbolic link"),
    ],
)
def test_folder_that_is_none(path: str, reason: str, served: Served) -> None:
    write_workspace(served.work, FILES)
    (served.work / "linked").symlink_to("sdlc-studio")
    served.commit_all()
    with pytest.raises(FolderNotFound, match=reason):
        served.read(path=path)


def test_names_of_every_kind(served: Served) -> None:
    served.commit(
        {
            "my docs/a+b/sdlc studio/ä ö+%20.md": "# Odd\n",
            "my docs/a+b/sdlc studio/node_modules/x.md": "# Skipped\n",
            "my docs/a+b/sdlc studio/_index.md": "# Skipped\n",
        }
    )
    snapshot = served.read(path="my docs/a+b/sdlc studio")
    assert contents(snapshot) == {"ä ö+%20.md": "# Odd\n"}
    assert len(served.server.requests) == 8


def test_workspace_that_is_the_repository(served: Served) -> None:
    served.commit({"prd.md": "# What for\n"})
    assert contents(served.read(path=".")) == {"prd.md": "# What for\n"}
    assert len(served.server.requests) == 5

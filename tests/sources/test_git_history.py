"""The last change of each document, as `git log -1 -- PATH` finds it."""

from datetime import UTC, datetime

import pytest
from support.git_objects import Content, Repository, packet
from support.git_server import GitServer, made_up, without_filters, without_wanted_trees

from sdlc_lens.remote_errors import RepositoryTooLarge
from sdlc_lens.sources.git import history
from sdlc_lens.sources.git.changes import Change, Past
from sdlc_lens.sources.git.commits import newest_first, parse_commit
from sdlc_lens.sources.git.history import read_changes
from sdlc_lens.sources.git.place import Place
from sdlc_lens.sources.git.repository import Policy

Files = dict[str, Content]


@pytest.fixture
def repository() -> Repository:
    return Repository()


class Branch:
    """Commits one after the other, each a minute after the last one; files are named by letters."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.minutes = 0

    def commit(self, *parents: str, **files: str) -> str:
        self.minutes += 1
        paths: Files = {f"docs/{name.replace('_', '/')}.md": text for name, text in files.items()}
        paths["README.md"] = f"# {self.minutes}\n"
        subject = f"Change {self.minutes}"
        when = 60 * self.minutes
        chosen = list(parents) or None
        return self.repository.commit(paths, when=when, subject=subject, parents=chosen)


@pytest.fixture
def branch(repository: Repository) -> Branch:
    return Branch(repository)


class History:
    def __init__(self, server: GitServer, policy: Policy, repository: Repository) -> None:
        self.server = server
        self._policy = policy
        self._repository = repository

    def changes(
        self, *documents: str, commits: int = 100, past: Past | None = None, path: str = "docs"
    ) -> dict[str, Change | None]:
        self.server.reset()
        place = Place(f"{self.server.url}/o/r", None, path)
        paths = [f"{name}.md" for name in documents]
        tip = self._repository.refs["refs/heads/main"]
        return dict(read_changes(place, self._policy, tip, paths, commits, past))

    def commits(self, *documents: str, **options: int) -> list[str | None]:
        """The commits that changed the DOCUMENTS last."""
        changes = self.changes(*documents, **options)  # type: ignore[arg-type]
        found = [changes[f"{name}.md"] for name in documents]
        return [None if change is None else change.commit_id for change in found]


@pytest.fixture
def of(server: GitServer, policy: Policy, repository: Repository) -> History:
    return History(server, policy, repository)


def test_author_time_and_subject(repository: Repository, of: History) -> None:
    subject = "\n\nBerth\nsecond\x1b line\n\nA body"
    commit = repository.commit({"docs/a.md": "1"}, when=100, author="Zoë", subject=subject)
    repository.commit({"docs/a.md": "1", "README.md": "2"}, when=200)
    at = datetime.fromtimestamp(100, UTC)
    assert of.changes("a") == {"a.md": Change(commit, "Zoë", at, "Berth second line")}


def test_commit_that_changed_each_document(branch: Branch, of: History) -> None:
    first = branch.commit(a="1", b="1", s_c="1", t_u_d="1")
    second = branch.commit(a="1", b="2", s_c="1", t_u_d="1")
    third = branch.commit(a="1", b="2", s_c="1", t_u_d="2")
    branch.commit(a="1", b="2", s_c="1", t_u_d="2")
    assert of.commits("a", "b", "s/c", "t/u/d") == [first, second, first, third]


def test_document_that_was_changed_and_changed_back(branch: Branch, of: History) -> None:
    branch.commit(a="1")
    branch.commit(a="2")
    back = branch.commit(a="1")
    assert of.commits("a") == [back]


def test_document_that_was_removed_and_added_again(branch: Branch, of: History) -> None:
    branch.commit(a="1", s_b="1")
    branch.commit(c="1")
    again = branch.commit(a="1", s_b="1")
    assert of.commits("a", "s/b") == [again, again]


def test_folder_of_the_workspace_that_came_later(branch: Branch, of: History) -> None:
    branch.commit()
    first = branch.commit(a="1")
    branch.commit(a="1")
    assert of.commits("a") == [first]


def test_change_on_a_merged_branch(branch: Branch, of: History) -> None:
    base = branch.commit(a="1", b="1")
    ours = branch.commit(a="2", b="1")
    theirs = branch.commit(base, a="1", b="2")
    branch.commit(ours, theirs, a="2", b="2")
    assert of.commits("a", "b") == [ours, theirs]


def test_commits_are_passed_once_although_their_clocks_are_wrong(
    branch: Branch, repository: Repository
) -> None:
    branch.minutes = 100
    base = branch.commit(a="1")
    branch.minutes = 0
    ours, theirs = branch.commit(base, a="2"), branch.commit(base, a="3")
    merge = branch.commit(ours, theirs, a="4")
    names = (base, ours, theirs, merge)
    known = {name: parse_commit(repository.objects[name][1]) for name in names}
    assert list(newest_first(known, merge)) == [merge, theirs, ours, base]


def test_merge_that_changed_a_document_itself(branch: Branch, of: History) -> None:
    base = branch.commit(a="1")
    ours = branch.commit(a="2")
    theirs = branch.commit(base, a="3")
    merge = branch.commit(ours, theirs, a="2 and 3")
    branch.commit(a="2 and 3")
    assert of.commits("a") == [merge]


def test_mode_counts_as_a_change(repository: Repository, of: History) -> None:
    repository.commit({"docs/a.md": "1"}, when=1)
    commit = repository.commit({"docs/a.md": ("100755", "1")}, when=2)
    assert of.commits("a") == [commit]


def test_change_before_the_first_commit_is_unknown(branch: Branch, of: History) -> None:
    branch.commit(a="1", b="1")
    branch.commit(a="1", b="2")
    branch.commit(a="1", b="2")
    assert of.changes("a", commits=2) == {"a.md": None}
    assert of.changes("b", commits=1) == {"b.md": None}
    assert of.commits("b", commits=3) != [None]


def test_only_later_commits_are_read_again(branch: Branch, of: History) -> None:
    branch.commit(a="1", b="1")
    read_at = branch.commit(a="1", b="2")
    later = branch.commit(a="2", b="2")
    changes = of.changes("a", "b", past=Past(read_at, {"b.md"}))
    assert [(path, found and found.commit_id) for path, found in changes.items()] == [
        ("a.md", later)
    ]
    assert len(of.server.requests) == 3, "two to find the branch, one for the commits"


def test_branch_that_was_rewritten_since(branch: Branch, of: History) -> None:
    first = branch.commit(a="1", b="1")
    read_at = branch.commit(a="1", b="2")
    instead = branch.commit(first, a="1", b="3")
    changes = of.changes("a", "b", past=Past(read_at, {"a.md"}))
    assert {path: found and found.commit_id for path, found in changes.items()} == {
        "a.md": first,
        "b.md": instead,
    }


def test_requests_do_not_grow_with_documents_and_commits(branch: Branch, of: History) -> None:
    for number in range(8):
        branch.commit(**{f"s_{letter}": str(number) for letter in "abcdefgh"}, x_y_z=str(number))
    of.commits("s/a", "s/b")
    assert len(of.server.requests) == 3 + 3, "one for each level of folders"


def test_long_history_is_read_in_steps(
    branch: Branch, of: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_FIRST_STEP", 32)
    monkeypatch.setattr(history, "STEP_BYTES", 10_000)
    first = branch.commit(a="1")
    for number in range(32):
        branch.commit(a="1", **{f"b{other}": str(number) for other in range(20)})
    assert of.commits("a") == [first]
    assert len(of.server.requests) > 3 + 4 * 2, "a step takes two, which few commits fit into"


def test_history_that_is_too_large_is_read_in_part(
    branch: Branch, of: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "STEP_BYTES", 3000)
    for number in range(64):
        branch.commit(a=str(number // 60))
    (found,) = of.commits("a", commits=64)
    assert found is not None


@pytest.mark.parametrize("step", [150, 700])
def test_commit_or_tree_that_does_not_fit_into_a_step(
    step: int, branch: Branch, of: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "STEP_BYTES", step)
    files = {f"b{number}": str(number) for number in range(40)}
    branch.commit(a="1", **files)
    branch.commit(a="2", **files)
    with pytest.raises(RepositoryTooLarge):
        of.changes("a")


def test_server_without_filters_is_not_asked(
    server: GitServer, of: History, branch: Branch, repository: Repository
) -> None:
    branch.commit(a="1")
    server.backend = without_filters(repository)
    assert of.changes("a") == {}


def test_server_that_refuses_the_filter_gives_none(
    server: GitServer, of: History, branch: Branch, repository: Repository
) -> None:
    branch.commit(a="1")
    usual = made_up(repository)
    refusal = (200, {"Content-Type": "application/x-git-upload-pack-result"}, packet(b"ERR no"))
    server.backend = lambda request: refusal if b"filter" in request.body else usual(request)
    assert of.changes("a") == {}


def test_server_that_filters_the_wanted_trees_out(
    server: GitServer, of: History, branch: Branch, repository: Repository
) -> None:
    first = branch.commit(s_a="1", b="1")
    second = branch.commit(s_a="1", b="2")
    server.backend = without_wanted_trees(repository)
    assert of.commits("s/a", "b") == [first, second]

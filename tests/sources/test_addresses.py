"""What addresses of repositories name, as people paste them: a repository, a branch, a folder."""

import pytest

from sdlc_lens.errors import Invalid
from sdlc_lens.remote_errors import RemoteNotAllowed
from sdlc_lens.sources.git.hosts import Host
from sdlc_lens.sources.git.pasted import read_pasted, repository_name
from sdlc_lens.sources.git.place import make_place

HOSTS = [Host.parse(entry) for entry in ("github.com", "bitbucket.org", "git.example:8443")]
ANYWHERE = "https://git.example:8443"
REPOSITORY = "https://github.com/o/r"
DEFAULT = "sdlc-studio"

Found = tuple[str, str | None, str]
"""An address, a branch, a folder."""


def place(text: str, branch: str | None = None, path: str | None = None) -> Found:
    """What TEXT names, with the other fields of a form."""
    pasted = read_pasted(text)
    found = make_place(pasted.url, pasted.branch or branch, pasted.path or path, HOSTS)
    return found.url, found.branch, found.path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("o/r", (REPOSITORY, None, DEFAULT)),
        (" o/r@feature/x:docs/sdlc-studio ", (REPOSITORY, "feature/x", "docs/sdlc-studio")),
        ("o/r:.", (REPOSITORY, None, ".")),
        ("o/r@:", (REPOSITORY, None, DEFAULT)),
        ("github.com/o/r.git", (f"{REPOSITORY}.git", None, DEFAULT)),
        ("https://GitHub.com./o/r/", (REPOSITORY, None, DEFAULT)),
        ("git@github.com:o/r.git", (f"{REPOSITORY}.git", None, DEFAULT)),
        ("ssh://git@github.com/o/r", (REPOSITORY, None, DEFAULT)),
        ("ssh://git@github.com:22/o/r", (REPOSITORY, None, DEFAULT)),
        (f"{REPOSITORY}?tab=readme-ov-file#readme", (REPOSITORY, None, DEFAULT)),
        (f"{REPOSITORY}/tree/main/docs/sdlc-studio", (REPOSITORY, "main", "docs/sdlc-studio")),
        (f"{REPOSITORY}/tree/main/", (REPOSITORY, "main", DEFAULT)),
        (f"{REPOSITORY}/tree/v%231?tab=x#y", (REPOSITORY, "v#1", DEFAULT)),
        (
            "https://git.example:8443/g/s/r/-/tree/v1.0/a%20b+c/?ref_type=tags",
            ("https://git.example:8443/g/s/r", "v1.0", "a b+c"),
        ),
        (f"{REPOSITORY}/tree/main/commit/blob", (REPOSITORY, "main", "commit/blob")),
        (f"{REPOSITORY}/tree/main/a@b:c", (REPOSITORY, "main", "a@b:c")),
        (f"{ANYWHERE}/a/o/r/tree/main/docs", (f"{ANYWHERE}/a/o/r", "main", "docs")),
        (f"{ANYWHERE}/o/r/src/branch/main/docs", (f"{ANYWHERE}/o/r", "main", "docs")),
        (f"{ANYWHERE}/o/r/src/tag/v1/docs", (f"{ANYWHERE}/o/r", "v1", "docs")),
        ("https://bitbucket.org/o/r/src/main/docs", ("https://bitbucket.org/o/r", "main", "docs")),
    ],
)
def test_pasted_address_is_taken_apart(text: str, found: Found) -> None:
    assert place(text) == found


@pytest.mark.parametrize(
    ("branch", "found"),
    [
        ("feature/x", (REPOSITORY, "feature/x", "docs")),
        ("feature/x/docs", (REPOSITORY, "feature/x/docs", DEFAULT)),
        ("feat", (REPOSITORY, "feature", "x/docs")),
        (None, (REPOSITORY, "feature", "x/docs")),
    ],
)
def test_branch_with_slashes_has_to_be_named(branch: str | None, found: Found) -> None:
    assert place(f"{REPOSITORY}/tree/feature/x/docs", branch) == found


def test_fields_next_to_the_address_fill_the_gaps() -> None:
    assert place("o/r", "next", "docs") == (REPOSITORY, "next", "docs")
    assert place("o/r@main:a", "next", "docs") == (REPOSITORY, "main", "a")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("harbour", "'harbour' does not name a repository. Give OWNER/NAME"),
        ("C:\\harbour", "does not name a repository"),
        ("/etc/passwd", "is not an address"),
        ("//github.com/o/r", "is not an address"),
        ("file:///etc", "is not an address"),
        ("https://github.com", "does not name a repository"),
        ("https://github.com/../r", "does not name a repository"),
        (f"{REPOSITORY} r", "has a space"),
        (f"{REPOSITORY}\r\nHost: x", "has a space or another character"),
        ("https://github.com:99999/o/r", "is malformed"),
        ("https://[::1/o/r", "is malformed"),
        ("https://token@github.com/o/r", "a user or a password"),
        ("https://:secret@github.com/o/r", "a user or a password"),
        ("https://github.com/o", "Give it as https://github.com/OWNER/NAME"),
        ("https://github.com/orgs/o/repositories", "Give it as https://github.com/OWNER/NAME"),
        (f"{ANYWHERE}/projects/P/repos/r/browse", f"{ANYWHERE}/scm/P/r.git"),
        (f"{ANYWHERE}/b/users/ada/repos/r", f"{ANYWHERE}/b/scm/~ada/r.git"),
        ("https://:secret@github.com/o/r/pull/12", "a user or a password"),
        ("https://:secret@git.example/projects/P/repos/r", "a user or a password"),
    ],
)
def test_address_of_no_repository(text: str, problem: str) -> None:
    with pytest.raises(Invalid, match=problem) as caught:
        place(text)
    assert str(caught.value).startswith("body.repo_url: ")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("repository", "page"),
    [
        (REPOSITORY, "pull/12/files"),
        (REPOSITORY, "issues"),
        (REPOSITORY, "actions/runs/1"),
        (REPOSITORY, "releases/tag/v1"),
        (REPOSITORY, "wiki"),
        (REPOSITORY, "commit/0123abc"),
        (REPOSITORY, "blob/main/prd.md"),
        (REPOSITORY, "tree"),
        (REPOSITORY, f"tree/{'0' * 40}/docs"),
        (REPOSITORY, "a-page-of-next-year"),
        ("https://bitbucket.org/o/r", "pull-requests/12"),
        ("https://bitbucket.org/o/r", "src"),
        (f"{ANYWHERE}/g/s/r", "-/merge_requests/12"),
        (f"{ANYWHERE}/g/s/r", "-/blob/main/prd.md"),
        (f"{ANYWHERE}/g/s/r", "-"),
        (f"{ANYWHERE}/o/r", "pulls/12"),
        (f"{ANYWHERE}/o/r", f"src/commit/{'0' * 64}/docs"),
        (f"{ANYWHERE}/a/o/r", "issues/3"),
    ],
)
def test_other_page_of_a_repository_names_the_repository(repository: str, page: str) -> None:
    with pytest.raises(Invalid, match=f"another page of {repository}. Give that address"):
        place(f"{repository}/{page}?tab=x#y")


@pytest.mark.parametrize(
    "url",
    [
        f"{ANYWHERE}/tree/r",
        f"{ANYWHERE}/g/s/issues.git",
        f"{ANYWHERE}/g/src/r",
        f"{ANYWHERE}/g/s/tree/r.git",
        "https://gitlab.example/g/s/issues",
        "https://gitlab.example/g/wiki/pull",
    ],
)
def test_repository_whose_address_looks_like_a_page(url: str) -> None:
    hosts = [*HOSTS, Host.parse("gitlab.example")]
    assert make_place(read_pasted(url).url, None, None, hosts).url == url


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/o/r",
        "http://github.com/o/r",
        "https://github.com:444/o/r",
        "https://git.example/o/r",
        "https://github.com.example.org/o/r",
    ],
)
def test_host_that_is_not_listed(text: str) -> None:
    with pytest.raises(RemoteNotAllowed, match="in SDLC_LENS_GIT_HOSTS and restart the service"):
        place(text)


@pytest.mark.parametrize(
    "branch",
    ["a b", "a..b", "main\nwant x", "-x", "/x", "x/", "x^", "a@{1}", "a:b", "a*", "a\\b", "a\x7f"],
)
def test_what_is_not_a_branch(branch: str) -> None:
    with pytest.raises(Invalid, match=r"body\.repo_branch: .* Give the name"):
        place("o/r", branch)


@pytest.mark.parametrize("path", ["../x", "a/../../b", "a\0b", "a\nb"])
def test_what_is_not_a_folder(path: str) -> None:
    with pytest.raises(Invalid, match=r"body\.repo_path: .* Give its path"):
        place("o/r", None, path)


def test_name_of_a_repository() -> None:
    assert repository_name("https://github.com/o/harbour%20wall.git") == "harbour wall"

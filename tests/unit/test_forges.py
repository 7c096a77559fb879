"""Addresses of commits and files on forges."""

import pytest

from sdlc_lens.domain.forges import Forge

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("repository", "commit", "file"),
    [
        ("https://github.com/o/r", "commit/{}", "blob/{}/docs/a%20%2B/prd.md"),
        ("https://github.example:8443/o/r", "commit/{}", "blob/{}/docs/a%20%2B/prd.md"),
        ("https://code.example/o/r", "commit/{}", "blob/{}/docs/a%20%2B/prd.md"),
        ("https://gitlab.com/g/s/r", "-/commit/{}", "-/blob/{}/docs/a%20%2B/prd.md"),
        ("https://codeberg.org/o/r", "commit/{}", "src/commit/{}/docs/a%20%2B/prd.md"),
        ("https://gitea.example/o/r", "commit/{}", "src/commit/{}/docs/a%20%2B/prd.md"),
        ("https://bitbucket.org/o/r", "commits/{}", "src/{}/docs/a%20%2B/prd.md"),
    ],
)
@pytest.mark.parametrize("ending", ["", ".git"])
def test_pages(repository: str, commit: str, file: str, ending: str) -> None:
    forge = Forge(repository + ending, "code.example")
    assert forge.commit_url(COMMIT) == f"{repository}/{commit.format(COMMIT)}"
    assert forge.file_url(COMMIT, "docs", "a +/prd.md") == f"{repository}/{file.format(COMMIT)}"


def test_workspace_that_is_the_repository() -> None:
    forge = Forge("https://github.com/o/r", "github.com")
    assert forge.file_url(COMMIT, ".", "prd.md") == f"https://github.com/o/r/blob/{COMMIT}/prd.md"


@pytest.mark.parametrize("host", ["git.example", "bitbucket.example", "127.0.0.1"])
def test_server_of_an_unknown_kind_has_no_pages(host: str) -> None:
    forge = Forge(f"https://{host}/o/r", "github.com")
    assert forge.commit_url(COMMIT) is None
    assert forge.file_url(COMMIT, "docs", "prd.md") is None

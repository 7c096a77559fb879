"""Pages of forges about a commit and a file: GitHub, GitLab, Gitea and Forgejo, Bitbucket Cloud."""

from typing import NamedTuple
from urllib.parse import quote, urlsplit

_BITBUCKET = "bitbucket.org"
"""Bitbucket Server has other addresses."""


class _Forms(NamedTuple):
    """What follows a repository's address on a kind of forge."""

    commit: str
    file: str


_GITHUB = _Forms("commit/{commit}", "blob/{commit}/{path}")
_GITLAB = _Forms("-/commit/{commit}", "-/blob/{commit}/{path}")
_GITEA = _Forms("commit/{commit}", "src/commit/{commit}/{path}")
_BY_NAME = {
    "github": _GITHUB,
    "gitlab": _GITLAB,
    "gitea": _GITEA,
    "forgejo": _GITEA,
    "codeberg": _GITEA,
}


class Forge:
    """The web pages of the repository at REPO_URL; GITHUB_HOST is known to be a GitHub."""

    def __init__(self, repo_url: str, github_host: str) -> None:
        parts = urlsplit(repo_url)
        self._url = f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('.git')}"
        self._forms = _forms(parts.hostname or "", github_host)

    def commit_url(self, commit: str) -> str | None:
        """The page of a commit; None where the kind of forge is unknown."""
        return self._forms and f"{self._url}/{self._forms.commit.format(commit=commit)}"

    def file_url(self, commit: str, folder: str, path: str) -> str | None:
        """The page of the file at PATH below FOLDER, at a commit."""
        whole = quote(path if folder == "." else f"{folder}/{path}")
        return self._forms and f"{self._url}/{self._forms.file.format(commit=commit, path=whole)}"


def _forms(host: str, github_host: str) -> _Forms | None:
    if host == github_host:
        return _GITHUB
    if host == _BITBUCKET:
        return _Forms("commits/{commit}", "src/{commit}/{path}")
    return next((forms for name, forms in _BY_NAME.items() if name in host), None)

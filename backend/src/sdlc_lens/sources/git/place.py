"""Where a workspace is in a git repository."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sdlc_lens.errors import Invalid
from sdlc_lens.sources.git.hosts import Host, locate_remote
from sdlc_lens.sources.git.pasted import read_page

DEFAULT_PATH = "sdlc-studio"

Remote = tuple[str, str | None, str | None]
"""A repository's address, a branch and a credential: what one exchange asks about."""


@dataclass(frozen=True)
class Place:
    """A repository's address, a branch or None for its default, the workspace's folder, and which
    token it is read with; not the token itself.
    """

    url: str
    branch: str | None
    path: str
    credential: str | None = None

    @property
    def remote(self) -> Remote:
        """What has to be asked for its commit."""
        return self.url, self.branch, self.credential

    def __str__(self) -> str:
        return f"{self.url}#{self.branch or ''}:{self.path}"


def make_place(url: str, branch: str | None, path: str | None, hosts: Sequence[Host]) -> Place:
    """The place that these name, if the repository's server is one of HOSTS.

    URL may be that of a folder's page on a forge: then it is what names branch and folder.

    Raises: Invalid, RemoteNotAllowed.
    """
    try:
        if page := read_page(url, branch):
            url, branch, path = page.url, page.branch, page.path or path
        url = locate_remote(url, hosts).url
    except ValueError as error:
        raise Invalid(f"body.repo_url: {error}") from error
    return Place(url, _checked_branch(branch), _checked_path(path or DEFAULT_PATH))


def _checked_branch(branch: str | None) -> str | None:
    if branch and re.search(r"[\0-\x20\x7f~^:?*\[\\]|\.\.|@\{|^[-/]|/$", branch):
        raise Invalid(
            f"body.repo_branch: {branch[:200]!r} cannot be the name of a branch or tag. Give the"
            " name that the forge shows"
        )
    return branch or None


def _checked_path(path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts or not path.isprintable():
        raise Invalid(
            f"body.repo_path: {path[:200]!r} cannot be a folder of a repository. Give its path from"
            " the top of the repository"
        )
    return "/".join(parts) or "."

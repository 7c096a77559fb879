"""A repository as people name it: `owner/repo`, or any address that a forge shows."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from sdlc_lens.errors import Invalid

_SHORT = "https://github.com"
_SSH = re.compile(r"(?:ssh://)?git@(?P<host>[^/:]+)(?::\d+/|[:/])(?P<path>.+)")
_PAGE = re.compile(
    r"(?P<url>https?://[^/]+/[^/]+/.+?)"
    r"(?:/-/tree|/tree|/src/branch|/src/tag|/src(?=/))/(?P<rest>.+)"
)
"""A folder's page on GitHub, GitLab, Gitea or Bitbucket."""

_OTHER_PAGE = re.compile(r"https?://[^/]+/[^/]+/.+?/(?:blob|commit)/.+")
_WITH_SUFFIX = re.compile(
    r"(?P<url>https?://[^/]*/[^@:]+)(?:@(?P<branch>[^:]*))?(?::(?P<path>.*))?"
)


class Pasted(NamedTuple):
    """An address, with the branch and the folder that were named with it."""

    url: str
    branch: str | None = None
    path: str | None = None


def names_repository(text: str) -> bool:
    """Whether TEXT is meant for a repository, not for a folder of this machine."""
    return "/" in text and not text.startswith(("/", "./", "../", "~"))


def read_pasted(text: str) -> Pasted:
    """What TEXT names: `owner/repo` on GitHub or an address, either with `@branch` and `:folder`;
    an address for SSH becomes one for https.

    Raises: Invalid, for a single word.
    """
    text = text.strip()
    if found := _SSH.fullmatch(text):
        text = f"https://{found['host']}/{found['path']}"
    elif text and "/" not in text:
        raise Invalid(
            f"body.repo_url: {text[:200]!r} does not name a repository. Give OWNER/NAME for one on"
            " GitHub, or an address that starts with https://"
        )
    elif text and "://" not in text and not text.startswith("/"):
        is_host = "." in text.partition("/")[0]
        text = f"https://{text}" if is_host else f"{_SHORT}/{text}"
    is_page = _PAGE.fullmatch(_without_query(text))
    if not is_page and (found := _WITH_SUFFIX.fullmatch(text)):
        url, branch, path = found.groups()
        return Pasted(_without_query(url), branch or None, path or None)
    return Pasted(text)


def read_page(url: str, branch: str | None = None) -> Pasted | None:
    """What the page of a folder on a forge shows; None for any other address.

    The branch is the first part of what follows, unless it begins with BRANCH: only a branch with
    slashes has to be named.

    Raises: ValueError, for the page of a file or a commit.
    """
    url = _without_query(url.strip())
    if _OTHER_PAGE.fullmatch(url):
        raise ValueError("is the page of a file or a commit. Give that of a folder, on a branch")
    found = _PAGE.fullmatch(url)
    if not found:
        return None
    rest = found["rest"]
    if branch and f"{unquote(rest)}/".startswith(f"{branch}/"):
        path = unquote(rest)[len(branch) + 1 :]
    else:
        branch, path = map(unquote, rest.partition("/")[::2])
    return Pasted(found["url"], branch, path or None)


def repository_name(url: str) -> str:
    """The name of the repository at URL."""
    return unquote(url.rstrip("/").rpartition("/")[2].removesuffix(".git"))


def _without_query(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]

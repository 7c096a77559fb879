"""A repository as people name it: `owner/repo`, or any address that a forge shows."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from sdlc_lens.errors import Invalid

_SHORT = "https://github.com"
_SSH = re.compile(r"(?:ssh://)?git@(?P<host>[^/:]+)(?::\d+/|[:/])(?P<path>.+)")
_ADDRESS = re.compile(r"https?://(?P<host>[^/@]+)/(?P<path>.+)")
_BITBUCKET_SERVER = re.compile(
    r"(?P<server>https?://[^@]+)/(?P<kind>projects|users)/(?P<owner>[^/]+)/repos/(?P<name>[^/]+).*"
)

_OWNER_AND_NAME = ("bitbucket.org", "codeberg.org", "github.com")
"""Here a repository's address has two parts, and what follows is a page of it."""

_NOT_OWNERS = ("dashboard", "explore", "marketplace", "orgs", "search", "settings", "sponsors",
               "topics", "users")  # fmt: skip
_RESERVED = ("blame", "blob", "commits", "raw", "tree")
"""Names of pages that GitLab permits neither for groups nor for repositories."""

_PAGES = (*_RESERVED, "actions", "commit", "compare", "issues", "pull", "pulls", "releases", "wiki")
_FOLDERS = (("tree",), ("src", "branch"), ("src", "tag"))
_OF_SOURCES = (*_FOLDERS, ("src", "commit"))
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
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
    found = _WITH_SUFFIX.fullmatch(text)
    if found and not _split(found["url"])[1]:
        url, branch, path = found.groups()
        return Pasted(_without_query(url), branch or None, path or None)
    return Pasted(text)


def read_page(url: str, branch: str | None = None) -> Pasted | None:
    """What the page of a folder on a forge shows; None for the address of a repository.

    The branch is the first part of what follows, unless it begins with BRANCH: only a branch with
    slashes has to be named.

    Raises: ValueError, for any other page of a forge.
    """
    url = _without_query(url.strip())
    if found := _BITBUCKET_SERVER.fullmatch(url):
        owner = "~" * (found["kind"] == "users") + found["owner"]
        raise ValueError(
            "is a page of Bitbucket Server. Give the address that it shows for cloning,"
            f" {found['server']}/scm/{owner}/{found['name']}.git"
        )
    repository, page = _split(url)
    host, *names = repository.partition("://")[2].split("/")
    if host in _OWNER_AND_NAME and (len(names) < 2 or names[0] in _NOT_OWNERS):
        raise ValueError(f"does not name a repository. Give it as https://{host}/OWNER/NAME")
    if not page:
        return None
    forms = [("src",)] if host == "bitbucket.org" else _FOLDERS
    shown = next((form for form in forms if _begins(page, form)), None)
    rest = [unquote(part) for part in page[len(shown or ()) :] if part]
    if not shown or not rest or _COMMIT.fullmatch(rest[0]):
        raise ValueError(
            f"is not a folder on a branch, but another page of {repository}. Give that address, or"
            " the one of the workspace's folder on a branch"
        )
    if branch and _begins(rest, named := branch.split("/")):
        return Pasted(repository, branch, "/".join(rest[len(named) :]) or None)
    return Pasted(repository, rest[0], "/".join(rest[1:]) or None)


def repository_name(url: str) -> str:
    """The name of the repository at URL."""
    return unquote(url.rstrip("/").rpartition("/")[2].removesuffix(".git"))


def _split(url: str) -> tuple[str, list[str]]:
    """The address of a repository, and the parts of the page below it that URL shows, if any."""
    found = _ADDRESS.fullmatch(url)
    if not found:
        return url, []
    host = found["host"].lower().rstrip(".")
    parts = found["path"].rstrip("/").split("/")
    if host in _OWNER_AND_NAME or host.startswith("github."):
        at = 2
    elif "-" in parts[2:]:
        at = parts.index("-", 2)
    else:
        at = next((at for at in range(2, len(parts)) if _is_page(parts[at:], host)), len(parts))
    page = parts[at:]
    if len(page) > 1 and page[0] == "-":
        del page[0]
    return "/".join([url[: found.start("path") - 1], *parts[:at]]), page


def _is_page(parts: Sequence[str], host: str) -> bool:
    """Whether PARTS of an address are a page of the repository that is named before them.

    HOST may have repositories at any depth. An address that ends with `.git` is a repository's.
    """
    if parts[-1].endswith(".git"):
        return False
    if "gitlab" in host:
        return parts[0] in _RESERVED
    return parts[0] in _PAGES or any(_begins(parts, form) for form in _OF_SOURCES)


def _begins(parts: Sequence[str], form: Sequence[str]) -> bool:
    return list(parts[: len(form)]) == list(form)


def _without_query(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]

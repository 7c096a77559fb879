"""GitHub's REST API: who a token belongs to, which repositories it reads, what is in them.

https://docs.github.com/rest. Import this module late: httpx takes 4 MB.
"""

import asyncio
import json
import math
import re
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

from sdlc_lens.errors import LensError
from sdlc_lens.remote_errors import GitHubFailed, InvalidToken, TooManyRequests
from sdlc_lens.version import version

PAGE = 100
MOST_PAGES = 20
MOST_BYTES = 10_000_000
MOST_REDIRECTS = 3
REQUEST_SECONDS = 10
TOTAL_SECONDS = 20
"""How long all pages of a list may take."""

_RETRY_SECONDS = 60
_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')

Json = Any


@dataclass(frozen=True)
class Repository:
    """A repository that a token can read."""

    full_name: str
    owner: str
    name: str
    private: bool
    default_branch: str
    description: str | None


@dataclass(frozen=True)
class Listing:
    """The repositories of a token, and why the others are missing, if any are."""

    repositories: tuple[Repository, ...]
    missing: LensError | None = None


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: httpx.Headers
    body: bytes


class GitHub:
    """GitHub, or a GitHub Enterprise Server, as the owner of one token sees it."""

    def __init__(self, client: httpx.AsyncClient, api_url: str, token: str) -> None:
        self._client = client
        self._api_url = api_url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get_login(self) -> str:
        """The name of the account that the token belongs to.

        Raises: InvalidToken, TooManyRequests, GitHubFailed.
        """
        async with _in_time(REQUEST_SECONDS):
            answer = await self._get(f"{self._api_url}/user")
        return _text(_read(answer), "login")

    async def list_repositories(self) -> Listing:
        """The repositories that the token can read, by name, as far as GitHub lists them in time.

        Never raises GitHubFailed: what went wrong is in `missing`.
        """
        found: list[Repository] = []
        url = f"{self._api_url}/user/repos?per_page={PAGE}&sort=full_name"
        missing = None
        try:
            async with _in_time(TOTAL_SECONDS):
                for _ in range(MOST_PAGES):
                    answer = await self._get(url)
                    listed = _read(answer)
                    if not isinstance(listed, list):
                        raise _malformed()
                    found += map(_repository, listed)
                    following = _NEXT.search(answer.headers.get("link", ""))
                    if not following:
                        break
                    url = self._own(urljoin(url, following[1]))
                else:
                    missing = GitHubFailed(f"only the first {len(found)} repositories are listed")
        except GitHubFailed as error:
            missing = error
        return Listing(tuple(found), missing)

    async def has_folder(self, owner: str, name: str, branch: str | None, folder: str) -> bool:
        """Whether a repository has FOLDER in BRANCH, without one in its default branch.

        Raises: InvalidToken, TooManyRequests, GitHubFailed.
        """
        path = "/".join(quote(part, safe="") for part in ("repos", owner, name, "contents", folder))
        query = f"?ref={quote(branch, safe='')}" if branch else ""
        async with _in_time(REQUEST_SECONDS):
            answer = await self._get(f"{self._api_url}/{path}{query}")
        # GitHub lists a folder, and describes a file.
        return answer.status != 404 and isinstance(_read(answer), list)

    async def _get(self, url: str) -> _Answer:
        """The answer, whatever its status; after redirects, as of a repository that was renamed."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._get_once(url)
            if answer.status not in (301, 302, 307, 308):
                return answer
            url = self._own(urljoin(url, answer.headers.get("location", "")))
        raise GitHubFailed("GitHub redirects in a circle. Try again later")

    async def _get_once(self, url: str) -> _Answer:
        try:
            async with self._client.stream("GET", url, headers=self._headers) as answer:
                body = bytearray()
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise GitHubFailed(
                            "GitHub's answer is too large. Check SDLC_LENS_GITHUB_API_URL"
                        )
                return _Answer(answer.status_code, answer.headers, bytes(body))
        except httpx.TimeoutException:
            raise GitHubFailed("GitHub did not answer in time. Try again later") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            # Without the cause: a traceback of the request could show its headers.
            raise GitHubFailed(
                "GitHub cannot be reached. Check SDLC_LENS_GITHUB_API_URL and the network"
            ) from None

    def _own(self, url: str) -> str:
        """URL, which must be at the address that the token was meant for."""
        if urlsplit(url)[:2] != urlsplit(self._api_url)[:2]:
            raise GitHubFailed(
                "GitHub redirects to another host, which does not get the token. Check"
                " SDLC_LENS_GITHUB_API_URL"
            )
        return url


def make_client(api_url: str) -> httpx.AsyncClient:
    """Connections to GitHub, which several accounts may share."""
    headers = {
        "Accept": "application/vnd.github+json",
        "User-Agent": f"sdlc-lens/{version()}",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    verify = _certificates() if api_url.startswith("https:") else False
    return httpx.AsyncClient(headers=headers, timeout=REQUEST_SECONDS, verify=verify)


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates to trust, those of SSL_CERT_FILE included; to read them takes 20 ms."""
    return httpx.create_ssl_context()


@asynccontextmanager
async def _in_time(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise GitHubFailed("GitHub did not answer in time. Try again later") from None


def _read(answer: _Answer) -> Json:
    """The body of a good answer. Raises: InvalidToken, TooManyRequests, GitHubFailed."""
    if answer.status == 401:
        raise InvalidToken(
            "GitHub does not accept this access token: it is wrong, expired or revoked. Make"
            " another one"
        )
    if answer.status == 429 or (answer.status == 403 and _is_limited(answer.headers)):
        raise TooManyRequests(
            "GitHub answers no more requests with this token for now. Try again later",
            _retry_after(answer.headers),
        )
    if answer.status == 403:
        raise GitHubFailed(
            "GitHub denies access (403): the token lacks a permission, or an organisation does not"
            " allow it. Check the token's permissions at GitHub"
        )
    if answer.status != 200:
        raise GitHubFailed(
            f"GitHub answered with status {answer.status}. Check SDLC_LENS_GITHUB_API_URL, or try"
            " again later"
        )
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise _malformed() from None


def _is_limited(headers: httpx.Headers) -> bool:
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers


def _retry_after(headers: httpx.Headers) -> int:
    """Seconds, at most an hour, as GitHub's limits last."""
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    if after.isdecimal():
        seconds = int(after[:9])
    elif reset.isdecimal():
        seconds = math.ceil(int(reset[:12]) - time.time())
    else:
        seconds = _RETRY_SECONDS
    return min(max(seconds, 1), 3600)


def _repository(entry: Json) -> Repository:
    if not isinstance(entry, dict):
        raise _malformed()
    description = entry.get("description")
    return Repository(
        full_name=_text(entry, "full_name"),
        owner=_text(entry.get("owner"), "login"),
        name=_text(entry, "name"),
        private=entry.get("private") is True,
        default_branch=_text(entry, "default_branch"),
        description=description if isinstance(description, str) else None,
    )


def _text(found: Json, name: str) -> str:
    if not isinstance(found, dict) or not isinstance(text := found.get(name), str):
        raise _malformed()
    return text


def _malformed() -> GitHubFailed:
    return GitHubFailed("GitHub's answer is malformed. Check SDLC_LENS_GITHUB_API_URL")

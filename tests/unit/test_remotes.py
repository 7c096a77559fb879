"""Addresses of repositories: which are the same, and where they are in a text."""

import json
from urllib.parse import urlencode

import pytest

from sdlc_lens.domain.remotes import RepositoryFinder, repository_key

URL = "https://git.example/quay/berth"
KEY = "git.example/quay/berth"
KNOWN = {KEY, "git.example:8443/quay/berth"}


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"{URL}.git",
        f"{URL}/",
        f"{URL}.git/",
        "https://git.example:443/quay/berth",
        "http://git.example:80/quay/berth",
        "https://GIT.example/Quay/Berth.GIT",
        "https://user:pass@git.example/quay/berth?x#y",
        "https://git.example/quay/b%65rth",
    ],
)
def test_addresses_of_one_repository(url: str) -> None:
    assert repository_key(url) == KEY


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example/quay/berths",
        "https://git.example/berth",
        "https://git.example:8443/quay/berth",
        "https://other.example/quay/berth",
        "https://git.example/",
        "https://",
        "https://[git.example/quay/berth",
        "https://git.example:99999/quay/berth",
        "nonsense",
        "",
    ],
)
def test_other_addresses(url: str) -> None:
    assert repository_key(url) != KEY


@pytest.mark.parametrize(
    "payload",
    [
        {"ref": "refs/heads/main", "repository": {"clone_url": f"{URL}.git"}},
        {"project": {"git_http_url": f"{URL}.git", "web_url": URL}},
        {"repository": {"links": {"html": {"href": URL}}}},
        {"repo_url": URL},
        [URL],
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("is_form", [False, True])
def test_found_in_whatever_parts_it_arrives(payload: object, size: int, is_form: bool) -> None:
    text = json.dumps(payload)
    body = (urlencode({"payload": text}) if is_form else text).encode()
    finder = RepositoryFinder(KNOWN, is_form=is_form)
    for start in range(0, len(body), size):
        finder.feed(body[start : start + size])
    assert finder.found == {KEY}


def test_slashes_may_be_escaped() -> None:
    finder = RepositoryFinder(KNOWN)
    finder.feed(b'{"url": "https:\\/\\/git.example\\/quay\\/berth"}')
    assert finder.found == {KEY}


@pytest.mark.parametrize(
    "text",
    [
        f'{{"message": "see {URL}"}}',
        f'{{"message": "he said \\"{URL}\\" to me"}}',
        f'{{"message": "see \\"{URL}"}}',
        f'{{"url": "{URL}/issues"}}',
        f'{{"url": "{URL}',
        '{"url": "https://git.example/other/berth"}',
        f'{{"url": "ssh{URL}"}}',
        "",
    ],
)
def test_not_found(text: str) -> None:
    finder = RepositoryFinder(KNOWN)
    finder.feed(text.encode())
    assert finder.found == set()

"""The tags that are computed from a version or a ref, for refs nobody thought of."""

import random
import re
from contextlib import nullcontext

import pytest
from engine import ROOT, definition

EXAMPLES = {
    "refs/tags/v1.2.3": ["1.2.3", "1.2", "1", "latest"],
    "refs/tags/v10.20.30": ["10.20.30", "10.20", "10", "latest"],
    "refs/tags/v1.2.3-rc.1": ["1.2.3-rc.1"],
    "refs/heads/main": ["main"],
    "refs/heads/feature/a/b": ["feature-a-b"],
    "refs/pull/42/merge": ["pr-42"],
    "refs/pull/42/head": ["pr-42"],
}
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
LETTERS = "abcXYZ019_.-/"
STARTS = ["q", "q", "pr", "pr-", "pr/", "1.2.3", "v1.2.3-", "v1", "latest", "latest-"]
TAKEN = re.compile(r"latest|pr-\d+|v?\d+(\.\d+)*(-.*)?")


def tags(**variables: str) -> list[str]:
    """The tags of runtime, without registry and name."""
    variables["REGISTRY"] = "ghcr.io/team"
    target = definition("runtime", folder=ROOT, **variables)["target"]["runtime"]
    return [tag.removeprefix("ghcr.io/team/sdlc-lens-backend:") for tag in target["tags"]]


@pytest.mark.parametrize("ref", EXAMPLES)
def test_a_ref_gives_its_tags(ref: str) -> None:
    assert tags(GIT_REF=ref) == EXAMPLES[ref]


@pytest.mark.parametrize("version", ["1.2.3", "v1.2.3"])
def test_a_version_gives_the_same_as_its_tag(version: str) -> None:
    assert tags(VERSION=version) == EXAMPLES["refs/tags/v1.2.3"]


def test_a_patch_of_an_older_line_is_not_the_latest() -> None:
    assert tags(GIT_REF="refs/tags/v1.1.9", LATEST="false") == ["1.1.9", "1.1", "1"]


@pytest.mark.parametrize("seed", range(25))
def test_a_random_release_gives_four_tags(seed: int) -> None:
    major, minor, patch = (random.Random(seed + n).randrange(10**n) for n in (1, 2, 3))
    wanted = [f"{major}.{minor}.{patch}", f"{major}.{minor}", f"{major}", "latest"]
    assert tags(GIT_REF=f"refs/tags/v{major}.{minor}.{patch}") == wanted


@pytest.mark.parametrize("seed", range(60))
def test_a_random_branch_gives_one_harmless_tag_or_is_refused(seed: int) -> None:
    choice = random.Random(seed)
    name = choice.choice(STARTS) + "".join(choice.choices(LETTERS, k=choice.randrange(60)))
    tag = name.replace("/", "-")
    harmless = TAG.fullmatch(name[0]) and not TAKEN.fullmatch(tag)
    with nullcontext() if harmless else pytest.raises(AssertionError, match="rename the branch"):
        assert tags(GIT_REF=f"refs/heads/{name}") == [tag]
        assert TAG.fullmatch(tag)


@pytest.mark.parametrize("name", ["pr/7", "pr-7", "1.2.3/rc.1", "v1.2.3/rc.1", "1", "latest"])
def test_a_branch_takes_no_tag_of_a_release_or_a_pull_request(name: str) -> None:
    with pytest.raises(AssertionError, match="rename the branch"):
        tags(GIT_REF=f"refs/heads/{name}")


def test_a_tag_that_is_too_long_is_refused() -> None:
    with pytest.raises(AssertionError, match="GIT_REF is refs/tags"):
        tags(GIT_REF="refs/tags/v1.2.3-" + "a" * 200)

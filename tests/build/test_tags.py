"""The tags that are computed from a version or a ref, for refs nobody thought of."""

import random
import re

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


@pytest.mark.parametrize("seed", range(40))
def test_a_random_branch_gives_one_valid_tag_of_no_release(seed: int) -> None:
    choice = random.Random(seed)
    name = "q" + "".join(choice.choices(LETTERS, k=choice.randrange(1, 60)))
    (tag,) = tags(GIT_REF=f"refs/heads/{name}")
    assert TAG.fullmatch(tag)
    assert tag == name.replace("/", "-")
    assert tag != "latest"

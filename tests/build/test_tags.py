"""The names of the image that are computed from a registry, a version or a ref."""

import random
import re
from collections.abc import Iterable

from engine.definitions import definitions

NAMES = {
    "VERSION=1.2.3": ":1.2.3 :1.2 :1 :latest",
    "VERSION=v10.20.30": ":10.20.30 :10.20 :10 :latest",
    "VERSION=0.3.1": ":0.3.1 :0.3 :latest",
    "VERSION=0.3.1 FLOATING_TAGS=major": ":0.3.1",
    "VERSION=1.2.3 FLOATING_TAGS=none": ":1.2.3",
    "VERSION=1.2.3 FLOATING_TAGS=minor,major": ":1.2.3 :1.2 :1",
    "VERSION=1.2.3 FLOATING_TAGS=latest": ":1.2.3 :latest",
    "GIT_REF=refs/tags/v1.2.3 VERSION=9.9.9": ":1.2.3 :1.2 :1 :latest",
    "GIT_REF=refs/tags/v1.2.3-rc.1": ":1.2.3-rc.1",
    "GIT_REF=refs/heads/feature/a/b": ":feature-a-b",
    "GIT_REF=refs/pull/42/merge": ":pr-42",
    "REGISTRY=": ":dev",
    "REGISTRY=myuser": "myuser/:dev",
    "REGISTRY=ghcr.io/MyOrg": "ghcr.io/myorg/:dev",
    "REGISTRY=a.example/x,b.example:5000 VERSION=0.1.0 FLOATING_TAGS=minor": (
        "a.example/x/:0.1.0 a.example/x/:0.1 b.example:5000/:0.1.0 b.example:5000/:0.1"
    ),
}
BRANCHES = {
    *("latest", "pr-7", "pr/7", "1", "1.2", "v1.2.3", "1.2.3-rc.1", "v1.2.3/rc.1"),
    *("main", "42-fix-search", "v2-rewrite", "1.x", "pr-7a", "release/1.2"),
}
STARTS = ["q", "pr", "pr-", "pr/", "1.2.3", "v1.2.3-", "1.2", "v1", "latest"]
TAKEN = re.compile(r"latest|pr-\d+|\d+(\.\d+)?|\d+\.\d+\.\d+(-.*)?")


def names(situations: Iterable[str]) -> list[str]:
    """The names in each situation, without the image's own; the error where bake refuses it."""
    variables = [dict(pair.split("=") for pair in situation.split()) for situation in situations]
    return [
        answer
        if isinstance(answer, str)
        else " ".join(answer["target"]["runtime"]["tags"]).replace("sdlc-lens-backend", "")
        for answer in definitions(*(("runtime", chosen) for chosen in variables))
    ]


def test_the_names_of_the_image() -> None:
    assert dict(zip(NAMES, names(NAMES), strict=True)) == NAMES


def test_a_branch_gives_one_tag_and_never_that_of_a_release_or_a_pull_request() -> None:
    choice = random.Random(20)
    ends = ["".join(choice.choices("ab07_.-/", k=choice.randint(1, 6))) for _ in range(10)]
    branches = sorted(BRANCHES | {choice.choice(STARTS) + end for end in ends})
    answers = names(f"GIT_REF=refs/heads/{branch}" for branch in branches)
    for branch, answer in zip(branches, answers, strict=True):
        tag = re.sub(r"^v(?=\d+\.\d+\.\d+)", "", branch.replace("/", "-"))
        if TAKEN.fullmatch(tag):
            assert "rename the branch" in answer, branch
        else:
            assert answer == f":{tag}", branch

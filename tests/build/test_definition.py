"""What docker-bake.hcl defines in telling situations, and which values it refuses.

SDLC_LENS_WRITE_GOLDEN=1 writes the folder golden: read the differences before you commit them.
The folder metadata-action holds the files that docker/metadata-action writes, one for each output.
"""

import json
import os
import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from engine import ROOT, bake, baked, failure, on_standin, succeed
from engine.definitions import Call, definitions, listed
from engine.suite import PASSING, replace_tests

IMAGE = "org.opencontainers.image."
GOLDEN = Path(__file__).parent / "golden"
SOURCE = {"SOURCE_VERSION": "1.2.2-3-g1111111", "SOURCE_DATE_EPOCH": "1700000000"}
RELEASE = SOURCE | {
    "REGISTRY": "ghcr.io/MyOrg,127.0.0.1:5000", "VERSION": "1.2.3", "CACHE_WRITE": "1",
    "CACHE": "ghcr.io/MyOrg/Lens/cache", "SBOM_GENERATOR": "ghcr.io/team/scanner",
    "SOURCE_REVISION": "1" * 40, "SOURCE_URL": "https://example.org/lens",
}  # fmt: skip
PRIVATE = {
    "BUILD_BASE": "oci-layout://.build/base", "RUNTIME_BASE": "docker-image://a.test/python:3.12",
    "CA_BUNDLE": "LICENSE", "PIP_CONFIG": "LICENSE", "CACHE": "./cache",
}  # fmt: skip
ARCHIVE = {"PLATFORMS": "linux/arm64", "COMPRESSION": "zstd", "CACHE": "gha", "CACHE_WRITE": "1"}
TAGS, LABELS, ANNOTATIONS = (  # what docker/bake-action adds
    f"--file=tests/build/metadata-action/{it}.json" for it in ("tags", "labels", "annotations")
)
SITUATIONS: dict[str, Call] = {
    "release": ("release", RELEASE),
    "private-network": ("default oci audit", PRIVATE),
    "other-python": ("default", {"PYTHON_VERSION": "3.14"}),
    "oci-zstd-arm64-gha": ("oci", ARCHIVE),
    "metadata-action-tags": (f"{TAGS} runtime", {}),
    "metadata-action-labels": (f"{LABELS} runtime", {}),
    "metadata-action-annotations": (f"{ANNOTATIONS} runtime", {}),
    "metadata-action": (f"{TAGS} {LABELS} {ANNOTATIONS} runtime", {}),
    "metadata-action-reversed": (f"{ANNOTATIONS} {LABELS} {TAGS} runtime", {}),
}
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
PYTHONS = {
    "": ["3.12", "3.13", "3.14"],
    "oci-layout://bases/python": ["3.12", "3.13", "3.14"],
    "docker-image://mirror.example/python:3.12-slim": ["3.12"],
    "docker-image://10.3.14.1/hardened-python3.13": ["3.13"],
}
REFUSED = [
    *(("FLOATING_TAGS", ""), ("FLOATING_TAGS", "patch"), ("FLOATING_TAGS", "minor, major")),
    *(("COMPRESSION", ""), ("COMPRESSION", "estargz")),
    *(("ALLOW_STANDIN", ""), ("ALLOW_STANDIN", "yes")),
    *(("CACHE_WRITE", "yes"), ("PLATFORMS", ""), ("SOURCE_DATE_EPOCH", "today")),
]
FAILING = [
    ("runtime-local", {"IMAGE": "SDLC"}, "repository name must be lowercase"),
    ("runtime-local", {"VERSION": "a b"}, "invalid reference format"),
    ("deps", {"PYTHON_VERSION": "3.11"}, "PYTHON_VERSION=3.11, but the base has Python"),
]


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What is defined in each situation; without descriptions, digests of bases, and the time."""
    calls = {"every-target": (" ".join(listed("targets")), {}), **SITUATIONS}
    text = json.dumps(dict(zip(calls, definitions(*calls.values()), strict=True)))
    text = re.sub("@sha256:[0-9a-f]{64}", "@sha256:DIGEST", text)
    text = re.sub(r'"REPORT": "20[^"]+"', '"REPORT": "TIME"', text)
    return json.loads(re.sub(r'"description": "[^"]*", ', "", text))  # type: ignore[no-any-return]


def test_the_definitions_are_as_recorded(found: dict[str, Any]) -> None:
    if os.environ.get("SDLC_LENS_WRITE_GOLDEN"):
        for name, definition in found.items():
            (GOLDEN / f"{name}.json").write_text(json.dumps(definition, indent=2) + "\n")
    assert found == {file.stem: json.loads(file.read_text()) for file in GOLDEN.iterdir()}


def test_a_plain_bake_needs_no_variables_and_builds_the_image_of_this_machine() -> None:
    kept = [f"{name}={os.environ[name]}" for name in ("PATH", "HOME")]
    printed = succeed("env", "-i", *kept, "docker", "buildx", "bake", "--print")
    assert set(json.loads(printed)["target"]) == {"runtime-local"}


@pytest.mark.parametrize("name", ["release", "oci"])
def test_the_image_states_its_source_whatever_it_is_tagged_as(name: str) -> None:
    known, other, plain = (
        answer["target"][name]
        for answer in definitions(
            (name, SOURCE | {"GIT_REF": "refs/tags/v1.2.3"}),
            (name, SOURCE | {"GIT_REF": "refs/tags/v2.0.0-rc.1", "VERSION": "3.0.0"}),
            (name, {"VERSION": "1.2.3"}),
        )
    )
    assert known.pop("tags") != other.pop("tags")
    assert known == other
    assert known["labels"][IMAGE + "created"] == "2023-11-14T22:13:20Z"
    assert known["output"][0]["source-date-epoch"] == "1700000000"
    assert IMAGE + "created" not in plain["labels"]
    assert "source-date-epoch" not in plain["output"][0]
    for target, version in ((known, SOURCE["SOURCE_VERSION"]), (plain, "0+unknown")):
        assert target["labels"][IMAGE + "version"] == target["args"]["SOURCE_VERSION"] == version


def test_a_push_without_a_registry_is_left_to_the_engine() -> None:
    (pushed,) = definitions(("runtime --push", {"REGISTRY": ""}))
    assert pushed["target"]["runtime"]["output"][0]["push"] == "true"


def names(situations: Iterable[str]) -> list[str]:
    """The names in each situation, without the image's own; the error where bake refuses it."""
    calls = [("runtime", dict(pair.split("=") for pair in it.split())) for it in situations]
    named = [
        answer if isinstance(answer, str) else " ".join(answer["target"]["runtime"]["tags"])
        for answer in definitions(*calls)
    ]
    return [text.replace("sdlc-lens-backend", "") for text in named]


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


def test_a_base_is_tested_on_the_python_of_its_name() -> None:
    answers = definitions(*(("test-matrix", {"BUILD_BASE": base}) for base in PYTHONS))
    targets = [answer["target"].values() for answer in answers]
    tested = [[it["args"]["PYTHON"] for it in each if it["target"] == "test"] for each in targets]
    assert dict(zip(PYTHONS, tested, strict=True)) == PYTHONS


def test_what_cannot_be_tested_is_said_each_time(checkout: Path) -> None:
    if not on_standin():
        pytest.skip("NOT TESTED: on Docker Hub's bases every version is there")
    replace_tests(checkout, PASSING)
    for _ in range(2):
        output = baked("test-matrix", folder=checkout)
        said = re.findall(r"^#\d+ [\d.]+ NOT TESTED on Python ([\d.]+)", output, re.MULTILINE)
        assert sorted(said) == ["3.12", "3.14"]


def test_values_that_would_pass_silently_are_refused_by_name() -> None:
    answers = zip(REFUSED, definitions(*(("runtime", dict([it])) for it in REFUSED)), strict=True)
    assert [wrong for wrong, answer in answers if wrong[0] not in answer] == []


@pytest.mark.parametrize(("target", "wrong", "reason"), FAILING)
def test_other_wrong_values_fail_the_build(target: str, wrong: dict[str, str], reason: str) -> None:
    assert reason in failure(bake(target, folder=ROOT, **wrong))

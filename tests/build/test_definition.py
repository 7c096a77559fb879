"""What docker-bake.hcl lists, states about its source, pushes, and refuses."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

from engine import bake, succeed
from engine.definitions import Call, definitions, listed

KNOWN = {"SOURCE_VERSION": "1.2.2-3-g1111111", "SOURCE_DATE_EPOCH": "1700000000"}
IMAGE = "org.opencontainers.image."
REFUSED = {
    "FLOATING_TAGS": ["", "patch", "minor, major"],
    "COMPRESSION": ["", "estargz"],
    "ALLOW_STANDIN": ["", "yes"],
    "CACHE_WRITE": ["yes"],
    "PLATFORMS": [""],
    "SOURCE_DATE_EPOCH": ["today"],
}
FAILING = {
    ("runtime-local", "IMAGE", "SDLC"): "repository name must be lowercase",
    ("runtime-local", "VERSION", "a b"): "invalid reference format",
    ("deps", "PYTHON_VERSION", "3.11"): "PYTHON_VERSION=3.11, but the base has Python",
}


def test_all_targets_and_variables_are_described() -> None:
    found = listed("targets") | listed("variables")
    assert [name for name, entry in found.items() if not entry.get("description")] == []


def test_a_plain_bake_needs_no_variables_and_builds_the_image_of_this_machine() -> None:
    kept = [f"{name}={os.environ[name]}" for name in ("PATH", "HOME")]
    printed = succeed("env", "-i", *kept, "docker", "buildx", "bake", "--print")
    assert set(json.loads(printed)["target"]) == {"runtime-local"}


def test_the_image_states_its_source_whatever_it_is_tagged_as() -> None:
    first, second, unknown = definitions(
        ("release oci", KNOWN | {"GIT_REF": "refs/tags/v1.2.3"}),
        ("release oci", KNOWN | {"GIT_REF": "refs/tags/v2.0.0-rc.1", "VERSION": "3.0.0"}),
        ("release oci", {"VERSION": "1.2.3"}),
    )
    for name in ("release", "oci"):
        known, other, plain = (answer["target"][name] for answer in (first, second, unknown))
        assert known.pop("tags") != other.pop("tags")
        assert known == other
        assert known["labels"][IMAGE + "created"] == "2023-11-14T22:13:20Z"
        assert known["output"][0]["source-date-epoch"] == "1700000000"
        assert IMAGE + "created" not in plain["labels"]
        assert "source-date-epoch" not in plain["output"][0]
        for target, version in ((known, KNOWN["SOURCE_VERSION"]), (plain, "0+unknown")):
            assert target["labels"][IMAGE + "version"] == version
            assert target["args"]["SOURCE_VERSION"] == version


def test_a_push_without_a_registry_is_left_to_the_engine() -> None:
    (pushed,) = definitions(("runtime --push", {"REGISTRY": ""}))
    assert pushed["target"]["runtime"]["output"][0]["push"] == "true"
    assert pushed["target"]["runtime"]["tags"] == ["sdlc-lens-backend:dev"]


def test_values_that_would_pass_silently_are_refused_by_name() -> None:
    calls: list[tuple[str, Call]] = [
        (name, ("runtime", {name: value})) for name, values in REFUSED.items() for value in values
    ]
    for (name, call), answer in zip(calls, definitions(*(call for _, call in calls)), strict=True):
        assert isinstance(answer, str), call
        assert name in answer


def test_other_wrong_values_fail_in_the_build() -> None:
    with ThreadPoolExecutor(4) as pool:
        done = pool.map(lambda wrong: bake(wrong[0], **{wrong[1]: wrong[2]}), FAILING)
    for (wrong, sentence), build in zip(FAILING.items(), done, strict=True):
        assert build.returncode != 0, wrong
        assert sentence in build.stderr, wrong

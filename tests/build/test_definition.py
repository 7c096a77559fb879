"""What docker-bake.hcl defines: targets, groups, variables and what they refuse."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from engine import ROOT, bake, definition, on_standin

TARGETS = {
    "audit", "builder", "check", "deps", "docker-metadata-action", "lint", "lock", "lock-check",
    "oci", "release", "runtime", "runtime-local", "sbom-generator", "test", "test-3-12",
    "test-3-13", "test-3-14", "test-report", "test-tools",
}  # fmt: skip
GROUPS = {
    "default": ["runtime-local"],
    "test-matrix": ["test-3-12", "test-3-13", "test-3-14"],
    "validate": ["check", "lint", "test"],
}
VARIABLES = {
    "ALLOW_STANDIN", "BASE_NAME", "BUILD_BASE", "CACHE", "CA_BUNDLE", "COMPRESSION", "DESTDIR",
    "GIT_REF", "HEAD_REVISION", "IMAGE", "LATEST", "PIP_CONFIG", "PLATFORMS", "PYTHON_VERSION",
    "REGISTRY", "RUNTIME_BASE", "SBOM_GENERATOR", "SOURCE_DATE_EPOCH", "SOURCE_REVISION",
    "SOURCE_URL", "SOURCE_VERSION", "VERSION",
}  # fmt: skip

REFUSED = {
    "REGISTRY": ["https://ghcr.io/team", "ghcr.io/team/", "ghcr.io/Team", "ghcr.io,", "a b"],
    "GIT_REF": [
        "main",
        "refs/tags/1.2.3",
        "refs/tags/v1.2",
        "refs/tags/v1.2.3+4",
        "refs/tags/latest",
        "refs/heads/",
        "refs/heads/-x",
        "refs/heads/ä",
        "refs/heads/a b",
        "refs/heads/latest",
        "refs/heads/v1.2",
        "refs/heads/1",
        "refs/heads/pr-7",
        "refs/pull/x/merge",
        "refs/pull/7",
    ],
    "LATEST": ["", "no"],
    "CACHE": ["cache", "https://ghcr.io/team/cache"],
    "COMPRESSION": ["", "estargz"],
    "SOURCE_DATE_EPOCH": ["", "today", "-1"],
    "IMAGE": ["", "SDLC", "name:tag"],
    "VERSION": ["", "-1", "a b", "v" * 129],
    "PLATFORMS": ["", "linux/386", "linux/amd64 linux/arm64", "linux/amd64,"],
    "PYTHON_VERSION": ["3.11", "3", "3.12.1"],
    "BUILD_BASE": ["python:3.12"],
    "RUNTIME_BASE": ["python:3.12"],
    "DESTDIR": [""],
    "ALLOW_STANDIN": ["yes", "0"],
}


def listed(kind: str) -> list[dict[str, object]]:
    """What ``bake --list`` knows of targets or variables."""
    done = bake(f"--list=type={kind},format=json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_every_target_and_group_is_there_and_described() -> None:
    targets = listed("targets")
    assert {str(target["name"]) for target in targets} == TARGETS | set(GROUPS)
    assert [target["name"] for target in targets if not target.get("description")] == []


def test_every_variable_is_there_typed_and_described() -> None:
    variables = listed("variables")
    assert {str(variable["name"]) for variable in variables} == VARIABLES
    assert [v["name"] for v in variables if not v.get("description") or not v.get("type")] == []


@pytest.mark.parametrize("group", GROUPS)
def test_groups(group: str) -> None:
    assert definition(group)["group"][group]["targets"] == GROUPS[group]


def test_plain_bake_builds_the_image_of_this_machine_alone() -> None:
    printed = definition()
    assert set(printed["target"]) == {"runtime-local"}
    target = printed["target"]["runtime-local"]
    assert "platforms" not in target
    assert target["output"] == [{"type": "docker"}]
    assert target["tags"] == ["sdlc-lens-backend:dev"]


def test_runtime_is_tagged_for_both_platforms() -> None:
    target = definition("runtime", REGISTRY="ghcr.io/team", VERSION="1.2.3")["target"]["runtime"]
    assert target["platforms"] == ["linux/amd64", "linux/arm64"]
    assert target["tags"][0] == "ghcr.io/team/sdlc-lens-backend:1.2.3"


def test_the_metadata_actions_file_replaces_the_tags(checkout: Path) -> None:
    tags = ["ghcr.io/team/sdlc-lens-backend:9", "ghcr.io/team/sdlc-lens-backend:latest"]
    (checkout / "meta.json").write_text(
        json.dumps({"target": {"docker-metadata-action": {"tags": tags}}})
    )
    printed = definition("-f", "docker-bake.hcl", "-f", "meta.json", "runtime", folder=checkout)
    assert printed["target"]["runtime"]["tags"] == tags


@pytest.mark.parametrize(
    ("variable", "value"), [(name, value) for name, values in REFUSED.items() for value in values]
)
def test_a_wrong_value_is_refused_with_a_sentence(variable: str, value: str) -> None:
    done = bake("--print", folder=ROOT, **{variable: value})
    assert done.returncode != 0
    assert f"Validation failed; {variable}" in done.stderr


@pytest.mark.parametrize("version", ["3.13", "3.14"])
def test_other_pythons_have_a_pinned_base(version: str, checkout: Path) -> None:
    (checkout / "docker-bake.override.hcl").unlink(missing_ok=True)
    arguments = definition(folder=checkout, PYTHON_VERSION=version)["target"]["runtime-local"]
    base = arguments["args"]["BASE"]
    assert base.startswith(f"python:{version}-slim@sha256:")
    assert len(base.rpartition(":")[2]) == 64


def test_the_default_base_stands_in_the_dockerfile_alone(checkout: Path) -> None:
    (checkout / "docker-bake.override.hcl").unlink(missing_ok=True)
    assert "BASE" not in definition(folder=checkout)["target"]["runtime-local"]["args"]
    assert "ARG BASE=python:3.12-slim@sha256:" in (ROOT / "Dockerfile").read_text()
    assert "python:3.12" not in (ROOT / "docker-bake.hcl").read_text()


def test_bases_are_replaced_by_name() -> None:
    printed = definition(
        BUILD_BASE="docker-image://registry.example/python:3.12",
        RUNTIME_BASE="docker-image://registry.example/hardened:3.12",
    )["target"]["runtime-local"]
    assert printed["contexts"] == {
        "build-base": "docker-image://registry.example/python:3.12",
        "runtime-base": "docker-image://registry.example/hardened:3.12",
    }
    assert printed["args"]["BASE_NAME"] == "registry.example/hardened:3.12"


def test_no_variable_switches_the_gate_of_runtime_off() -> None:
    text = (ROOT / "docker-bake.hcl").read_text()
    assert re.findall(r"GATE += (.+)", text) == ['"on"', '"off"']
    target = definition("runtime", GATE="off", gate="off")["target"]["runtime"]
    assert target["args"]["GATE"] == "on"


def test_stages_that_are_no_image_leave_none() -> None:
    printed = definition("deps", "test", "builder", "lint")["target"]
    assert [target["output"] for target in printed.values()] == [[{"type": "cacheonly"}]] * 4


def test_bake_needs_nothing_from_the_environment_beside_compose(checkout: Path) -> None:
    assert (checkout / "compose.yaml").is_file()
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    done = subprocess.run(
        ["docker", "buildx", "bake", "--print"],
        cwd=checkout, env=kept, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["target"]) == {"runtime-local"}


def test_a_push_without_a_registry_is_refused_before_anything_is_built() -> None:
    done = bake("runtime", "--push")
    assert done.returncode != 0
    assert "runtime is built for a registry: set REGISTRY" in done.stderr
    assert "RUN" not in done.stderr


def test_a_push_on_the_standin_needs_leave() -> None:
    if not on_standin():
        pytest.skip("NOT TESTED: this machine builds on the official base, not on the stand-in")
    done = bake("runtime", "--push", REGISTRY="127.0.0.1:1", ALLOW_STANDIN="")
    assert done.returncode != 0
    assert "set ALLOW_STANDIN=1" in done.stderr


def test_a_python_that_the_base_does_not_have_is_refused() -> None:
    if not on_standin():
        pytest.skip("NOT TESTED: on Docker Hub's bases every version is there")
    done = bake("deps", PYTHON_VERSION="3.12")
    assert done.returncode != 0
    assert "PYTHON_VERSION=3.12, but the base has Python 3.13" in done.stderr

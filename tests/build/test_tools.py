"""Linters, checks, locks and audit report every fault; packages are wheels, locked with hashes."""

import json
import re
from pathlib import Path

import pytest
from engine import Completed, bake, baked, check, docker, failure

UNPINNED = """\
name: unpinned
on: push
permissions: {}
jobs: {unpinned: {runs-on: ubuntu-24.04, steps: [{uses: actions/checkout@v7}]}}
"""
FAULTS = {
    "tests/wrong_format.py": ("number = {'a':1}\n", "would be reformatted"),
    "tests/wrong_rule.py": ('"""Wrong."""\n\nimport os\n', "F401"),
    "tests/wrong_type.py": ('"""Wrong."""\n\nnumber: int = "one"\n', "Incompatible types"),
    "scripts/wrong": ("#!/bin/sh\necho $1\n", "SC2086"),
    "tests/wrong.Dockerfile": ("FROM debian\nMAINTAINER nobody\n", "DL4000"),
    ".github/workflows/wrong.yml": ("name: wrong\non: push\njobs: {}\n", "$.jobs"),
    ".github/workflows/unpinned.yml": (UNPINNED, "error[unpinned-uses]"),
    "renovate.json": ('{"extends": 1}', "$.extends"),
}
CHECKED = {"check-image": "Dockerfile", "check-tools": "scripts/tools.Dockerfile"}
LITTLE = """\
project = {name = "a", version = "1", requires-python = ">=3.12", dependencies = ["iniconfig>=2"]}
[dependency-groups]
"""
LINE = r"(#.*|iniconfig==[0-9.]+ \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    # .*|)"
REFUSED = {
    "docopt==0.6.2": "No matching distribution found for docopt==0.6.2",  # has no wheel
    "iniconfig==2.1.0": "DO NOT MATCH THE HASHES",
}


def test_the_faults_of_all_linters_are_reported_at_once(checkout: Path) -> None:
    for name, (text, _) in FAULTS.items():
        (checkout / name).write_text(text)
    found = failure(bake("lint", folder=checkout))
    expected = {text for name, (_, message) in FAULTS.items() for text in (name, message)}
    assert {text for text in expected if text not in found} == set()


def test_locks_that_are_edited_outdated_or_superfluous_are_named(checkout: Path) -> None:
    project, locks = checkout / "backend/pyproject.toml", checkout / "backend/requirements"
    project.write_text(project.read_text().replace('"pytest-cov>=', '"pytest-cov>=0,>='))
    edited = (locks / "runtime.txt").read_text().replace("uvicorn==", "uvicorn>=")
    (locks / "runtime.txt").write_text(edited)
    (locks / "extra.txt").touch()
    said = failure(bake("lock-check", folder=checkout))
    assert "run docker buildx bake lock" in said
    stale = set(re.findall(r"requirements/(\w+)\.txt is not as bake lock wrote", said))
    assert stale == {"extra", "runtime", "test"}


def test_the_dockerfiles_pass_their_checks_and_describe_every_stage() -> None:
    assert baked("check").count("Check complete, no warnings found.") == len(CHECKED)
    for file in CHECKED.values():
        answer = docker("buildx", "build", "--call=targets,format=json", f"--file={file}", ".")
        stages = json.loads(answer)["targets"]
        assert [stage["name"] for stage in stages if not stage.get("description")] == []


def test_a_fault_of_a_dockerfile_fails_the_check_and_no_build(checkout: Path) -> None:
    for target, name in CHECKED.items():
        with (checkout / name).open("a") as file:
            file.write("\n# described under another name\nFROM scratch as last\n")
        done = bake(target, folder=checkout)
        assert done.returncode != 0
        assert "InvalidDefinitionDescription" in done.stdout + done.stderr
    baked("deps", "lock-check", folder=checkout)


def build(checkout: Path, target: str, package: str, *options: str) -> Completed:
    """A build from locks, the first of which holds one package with a hash of zeros."""
    locks = checkout / "backend/requirements"
    for name in ("a.txt", "runtime.txt"):
        (locks / name).write_text(f"{package} --hash=sha256:{'0' * 64}\n")
    return bake(target, *options, folder=checkout)


def test_locks_hold_hashes_and_no_index(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/opt/elsewhere")
    locks = sorted((checkout / "backend/requirements").glob("*.txt"))
    groups = [f'{lock.stem} = ["iniconfig>=2"]' for lock in locks if lock.stem != "runtime"]
    (checkout / "backend/pyproject.toml").write_text("\n".join([LITTLE, *groups]))
    baked("lock", folder=checkout)
    for lock in locks:
        lines = lock.read_text().splitlines()
        assert any(line.startswith("iniconfig==") for line in lines), lock.name
        assert [line for line in lines if not re.fullmatch(LINE, line)] == []


@pytest.mark.parametrize("name", ["locks-resolve", "plain-install"])
def test_for_every_python_and_platform_and_by_plain_pip(name: str) -> None:
    assert (done := check(name)).returncode == 0, done.stderr


@pytest.mark.parametrize(("package", "reason"), REFUSED.items())
def test_no_wheel_and_another_hash_are_refused(checkout: Path, package: str, reason: str) -> None:
    assert reason in failure(build(checkout, "deps", package, "--set=deps.platform=linux/arm64"))


@pytest.mark.parametrize("package", ["sdlc-lens-that-nobody-published==1.0", "jinja2==3.1.2"])
def test_an_unknown_or_vulnerable_package_fails_the_audit(checkout: Path, package: str) -> None:
    said = failure(build(checkout, "audit", package))
    assert "audit: not passed" in said
    unknown = f"could not be audited: {package.partition('=')[0]} (" in said
    if unknown and package.startswith("jinja2"):
        pytest.skip("NOT TESTED: the package index of this machine names no vulnerability")
    assert unknown or re.search("CVE-2024-22195|GHSA-h5c8-rqwp-cp95", said)

"""`bake lint`, `bake lock-check` and `bake check` report every fault, and name the file."""

import json
import re
from pathlib import Path

import pytest
from engine import bake, baked, docker, failure

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


@pytest.mark.parametrize("file", CHECKED.values())
def test_every_stage_is_described(file: str) -> None:
    answer = docker("buildx", "build", "--call=targets,format=json", f"--file={file}", ".")
    stages = json.loads(answer)["targets"]
    assert [stage["name"] for stage in stages if not stage.get("description")] == []


def test_the_dockerfiles_pass_their_checks() -> None:
    assert baked("check").count("Check complete, no warnings found.") == len(CHECKED)


def test_a_fault_of_a_dockerfile_fails_the_check_and_no_build(checkout: Path) -> None:
    for target, name in CHECKED.items():
        with (checkout / name).open("a") as file:
            file.write("\n# described under another name\nFROM scratch as last\n")
        done = bake(target, folder=checkout)
        assert done.returncode != 0
        assert "InvalidDefinitionDescription" in done.stdout + done.stderr
    baked("deps", "lock-check", folder=checkout)

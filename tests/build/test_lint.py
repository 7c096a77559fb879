"""`bake lint` reports the findings of every linter, `bake lock-check` names the locks at fault."""

import re
from pathlib import Path

from engine import bake

UNPINNED = """\
name: unpinned
on: push
permissions: {}
jobs:
  unpinned:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
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


def test_the_faults_of_all_linters_are_reported_at_once(checkout: Path) -> None:
    for name, (text, _) in FAULTS.items():
        (checkout / name).write_text(text)
    done = bake("lint", folder=checkout)
    assert done.returncode != 0
    expected = {text for name, (_, message) in FAULTS.items() for text in (name, message)}
    assert {text for text in expected if text not in done.stderr} == set()


def stale(checkout: Path) -> list[str]:
    """The locks that the check refuses."""
    done = bake("lock-check", folder=checkout)
    assert done.returncode != 0
    assert "run docker buildx bake lock" in done.stderr
    return sorted(
        set(re.findall(r"requirements/(\w+)\.txt is not as bake lock wrote", done.stderr))
    )


def test_locks_that_are_edited_or_superfluous_are_named(checkout: Path) -> None:
    locks = checkout / "backend/requirements"
    (locks / "extra.txt").touch()
    edited = (locks / "runtime.txt").read_text().replace("uvicorn==", "uvicorn>=")
    (locks / "runtime.txt").write_text(edited)
    assert stale(checkout) == ["extra", "runtime"]


def test_a_dependency_without_its_lock_is_named(checkout: Path) -> None:
    project = checkout / "backend/pyproject.toml"
    project.write_text(project.read_text().replace('"pytest-cov>=', '"pytest-cov>=0,>='))
    assert stale(checkout) == ["test"]

"""`bake lint` fails when a linter finds something, and names the file and the rule."""

import re
from pathlib import Path

import pytest
from engine import ROOT, bake

UNPINNED = """\
name: wrong
on: push
permissions: {}
jobs:
  wrong:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
"""
WRONG = {
    "format": ("tests/wrong.py", "number = {'a':1}\n", "would be reformatted"),
    "rule": ("tests/wrong.py", '"""Wrong."""\n\nimport os\n', "F401"),
    "type": ("tests/wrong.py", '"""Wrong."""\n\nnumber: int = "one"\n', "Incompatible types"),
    "shell": ("scripts/wrong", "#!/bin/sh\necho $1\n", "SC2086"),
    "dockerfile": ("tests/wrong.Dockerfile", "FROM debian\nMAINTAINER nobody\n", "DL4000"),
    "workflow": (".github/workflows/wrong.yml", "name: wrong\non: push\njobs: {}\n", "$.jobs"),
    "unpinned": (".github/workflows/wrong.yml", UNPINNED, "error[unpinned-uses]"),
    "renovate": ("renovate.json", '{"extends": 1}', "$.extends"),
    "lock": ("backend/requirements/wrong.txt", "", "is not in step with backend/pyproject.toml"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named(checkout: Path, wrong: str) -> None:
    name, text, message = WRONG[wrong]
    (checkout / name).write_text(text)
    done = bake("lint", folder=checkout)
    assert done.returncode != 0
    assert message in done.stderr
    assert name in done.stderr


def test_a_dependency_without_its_lock_is_named(checkout: Path) -> None:
    project = checkout / "backend" / "pyproject.toml"
    project.write_text(project.read_text().replace('"pytest-cov>=7.0"', '"pytest-cov>=7.1"'))
    done = bake("lock-check", folder=checkout)
    assert done.returncode != 0
    stale = re.findall(r"requirements/(\w+)\.txt is not in step", done.stderr)
    assert set(stale) == {"test"}
    assert "docker buildx bake lock" in done.stderr


def test_lint_needs_every_linter() -> None:
    text = (ROOT / "Dockerfile").read_text()
    linters = set(re.findall(r"^FROM \S+ AS (lint-\w+)$", text, re.MULTILINE)) - {"lint-tools"}
    lint = text.partition(" AS lint\n")[2].partition("\nFROM ")[0]
    assert set(re.findall(r"from=(lint-\w+)", lint)) == linters
    assert len(linters) > 5

"""The workflows call what is there, hold no logic, and renovate finds what is pinned."""

import json
import re
from pathlib import Path

import pytest
from engine import ROOT, bake

WORKFLOWS = sorted((ROOT / ".github" / "workflows").iterdir())
TEXT = "\n".join(workflow.read_text() for workflow in WORKFLOWS)
RENOVATE = json.loads((ROOT / "renovate.json").read_text())


def listed(kind: str) -> set[str]:
    """The names that bake lists."""
    done = bake(f"--list=type={kind},format=json")
    return {entry["name"] for entry in json.loads(done.stdout)}


def test_the_targets_that_they_bake_are_there() -> None:
    named = re.findall(r"targets?: \[?([a-z][a-z, -]*)", TEXT)
    targets = {target for names in named for target in names.split(", ")}
    assert {"validate", "test-matrix", "audit"} <= targets
    assert targets - listed("targets") == set()


def test_the_variables_that_they_set_are_there() -> None:
    assert set(re.findall(r"^ +([A-Z_]+): ", TEXT, re.MULTILINE)) - listed("variables") == set()


def test_what_they_run_is_a_script_and_nothing_else() -> None:
    commands = re.findall(r"run: (.*)", TEXT)
    assert commands == ["scripts/release"]
    assert (ROOT / "scripts" / "release").is_file()


def test_actions_are_pinned_by_digest_with_their_version_beside() -> None:
    used = re.findall(r"uses: (.*)", TEXT)
    assert len(used) > 8
    assert [
        use for use in used if not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)
    ] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_a_job_may_do_no_more_than_it_has_to(workflow: Path) -> None:
    text = workflow.read_text()
    assert "\npermissions: {}\n" in text
    assert "persist-credentials: false" in text
    allowed = {"packages", "id-token"} if workflow.stem == "release" else set()
    assert set(re.findall(r"^ +(\S+): write", text, re.MULTILINE)) == allowed


def test_renovate_finds_every_pin_of_the_bake_file_and_cosign() -> None:
    found = [
        re.findall(pattern.replace("(?<", "(?P<"), text)
        for manager, text in zip(
            RENOVATE["customManagers"], [(ROOT / "docker-bake.hcl").read_text(), TEXT], strict=True
        )
        for pattern in manager["matchStrings"]
    ]
    pinned = (ROOT / "docker-bake.hcl").read_text().count("@sha256:")
    assert [len(matches) for matches in found] == [pinned, 1]
    assert pinned == 2

"""The workflows bake what is there, release only what passed, and pin what they use."""

import json
import os
import re

import pytest
from engine import ROOT, bake

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.stem: path.read_text() for path in FOLDER.iterdir()}
TEXT = "\n".join(WORKFLOWS.values())
RENOVATE = json.loads((ROOT / "renovate.json").read_text())


def jobs(workflow: str) -> dict[str, str]:
    """The text of each job, by its name."""
    parts = re.split(
        r"^  (\w+):\n", WORKFLOWS[workflow].partition("\njobs:\n")[2], flags=re.MULTILINE
    )
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def listed(kind: str) -> set[str]:
    """The names that bake lists."""
    done = bake(f"--list=type={kind},format=json")
    return {entry["name"] for entry in json.loads(done.stdout)}


def test_the_targets_variables_and_scripts_that_they_name_are_there() -> None:
    named = re.findall(r"targets?: \[?([a-z][a-z, -]*)", TEXT)
    targets = {target for names in named for target in names.split(", ")}
    assert targets == {"validate", "test-matrix", "runtime", "audit"} <= listed("targets")
    assert set(re.findall(r"^ +([A-Z_]+): ", TEXT, re.MULTILINE)) <= listed("variables")
    commands = re.findall(r"run: (.*)", TEXT)
    assert commands == ["scripts/test", "scripts/release"]
    assert all(os.access(ROOT / command, os.X_OK) for command in commands)


def test_a_pull_request_is_tested_whole_and_a_release_needs_the_same() -> None:
    tests = jobs("ci")
    assert "\n  pull_request:\n  workflow_call:" in WORKFLOWS["ci"]
    assert "[validate, test-matrix, runtime]" in tests["bake"]
    assert "run: scripts/test" in tests["test"]
    calls = "uses: $/.github/workflows/ci.yml"
    assert calls in jobs("release")["ci"]
    assert "    needs: ci\n" in jobs("release")["release"]
    assert calls in jobs("main")["ci"]


def test_no_more_is_allowed_and_written_than_a_job_is_for() -> None:
    written = {
        (workflow, job, permission)
        for workflow in WORKFLOWS
        for job, text in jobs(workflow).items()
        for permission in re.findall(r"^ +(\S+): write", text, re.MULTILINE)
    }
    assert written == {
        ("main", "cache", "packages"),
        ("release", "release", "packages"),
        ("release", "release", "id-token"),
    }
    assert all("\npermissions: {}\n" in text for text in WORKFLOWS.values())
    assert 'CACHE_WRITE: "true"' in jobs("main")["cache"]
    assert TEXT.count("CACHE_WRITE") == 1


def test_actions_are_pinned_by_digest_with_their_version_beside() -> None:
    used = [use for use in re.findall(r"uses: (.*)", TEXT) if not use.startswith("$/")]
    pinned = re.compile(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert len(used) > 8
    assert [use for use in used if not pinned.fullmatch(use)] == []


@pytest.mark.parametrize(
    ("manager", "text", "pinned"),
    [
        (0, (ROOT / "docker-bake.hcl").read_text(), r"@sha256:"),
        (1, TEXT, r"cosign-release:"),
        (2, TEXT, r"uses: oras-project/setup-oras"),
    ],
)
def test_renovate_finds_every_version_that_is_no_action(
    manager: int, text: str, pinned: str
) -> None:
    (pattern,) = RENOVATE["customManagers"][manager]["matchStrings"]
    found = re.findall(pattern.replace("(?<", "(?P<"), text)
    assert len(found) == len(re.findall(pinned, text)) > 0

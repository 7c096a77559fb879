"""The workflows bake what is there, release only what passed, and pin what they use."""

import json
import os
import re

from engine import ROOT, bake

WORKFLOWS = {path.stem: path.read_text() for path in (ROOT / ".github" / "workflows").iterdir()}
TEXT = "\n".join(WORKFLOWS.values())
JOBS = {
    (workflow, name): body
    for workflow, text in WORKFLOWS.items()
    for name, body in re.findall(
        r"^  (\w+):\n((?:    .*\n|\n)+)", text.partition("\njobs:\n")[2], re.MULTILINE
    )
}
CALL = "uses: $/.github/workflows/ci.yml"


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
    assert "\n  pull_request:\n  workflow_call:" in WORKFLOWS["ci"]
    assert "[validate, test-matrix, runtime]" in JOBS["ci", "bake"]
    assert "run: scripts/test" in JOBS["ci", "test"]
    assert CALL in JOBS["release", "ci"]
    assert "    needs: ci\n" in JOBS["release", "release"]
    assert CALL in JOBS["main", "ci"]


def test_a_job_may_write_no_more_than_it_is_for() -> None:
    assert all("\npermissions: {}\n" in text for text in WORKFLOWS.values())
    written = {job: set(re.findall(r"(\S+): write", body)) for job, body in JOBS.items()}
    assert {job: permissions for job, permissions in written.items() if permissions} == {
        ("main", "cache"): {"packages"},
        ("release", "release"): {"packages", "id-token"},
    }
    assert [job for job, body in JOBS.items() if "CACHE_WRITE" in body] == [("main", "cache")]


def test_what_they_use_is_pinned_and_renovate_finds_it() -> None:
    used = [use for use in re.findall(r"uses: (.*)", TEXT) if f"uses: {use}" != CALL]
    pinned = re.compile(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert len(used) > 8
    assert [use for use in used if not pinned.fullmatch(use)] == []
    bases = (ROOT / "docker-bake.hcl").read_text()
    places = {r"@sha256:": bases, "cosign-release:": TEXT, "uses: oras-project/setup-oras": TEXT}
    managers = json.loads((ROOT / "renovate.json").read_text())["customManagers"]
    for manager, (mark, text) in zip(managers, places.items(), strict=True):
        (pattern,) = manager["matchStrings"]
        assert len(re.findall(pattern.replace("(?<", "(?P<"), text)) == text.count(mark) > 0

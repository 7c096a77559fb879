"""README.md, scripts/README.md and the workflows: what they state is true, what they use exists."""

import json
import os
import re

from engine import ROOT
from engine.definitions import listed

FILES = [file for file in (ROOT / "README.md", ROOT / "scripts/README.md") if file.exists()]
README = "\n\n".join(file.read_text() for file in FILES)
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


def table(heading: str) -> list[list[str]]:
    """The rows of the one table whose first column has a heading, without the marks around code."""
    (rows,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", README, re.MULTILINE)
    return [
        [cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows.splitlines()
    ]


def test_the_targets_are_those_of_bake() -> None:
    targets = {name: target["description"] for name, target in listed("targets").items()}
    rows = dict(table("Target"))
    members = {member for described in targets.values() for member in described.split(", ")}
    assert rows == {name: targets[name] for name in targets if name in rows or name not in members}


def test_the_variables_are_those_of_bake() -> None:
    variables = listed("variables").values()
    wanted = [[one["name"], one["value"], one["description"]] for one in variables]
    assert sorted(table("Variable")) == sorted(wanted)


def test_the_variables_of_compose_are_those_of_its_file() -> None:
    taken = re.findall(r"\$\{(\w+):-([^}]*)\}", (ROOT / "compose.yaml").read_text())
    found = table("Variable of compose.yaml")
    assert sorted((name, default) for name, default, _ in found) == sorted(taken)


def test_the_defaults_of_settings_are_those_of_the_image() -> None:
    shown = {name: default for name, default, _ in table("Setting")}
    text = (ROOT / "Dockerfile").read_text()
    (variables,) = re.findall(r"^ENV HOME(?:.*\\\n)+.*", text, re.MULTILINE)
    taken = dict(re.findall(r"(SDLC_LENS_\w+)=(\S+)", variables))
    assert taken.pop("SDLC_LENS_VERSION")
    assert taken
    assert taken == {name: shown.get(name) for name in taken}


def test_every_file_that_the_readmes_name_exists() -> None:
    folders = r"(?<![\w/])(?:scripts|tests|backend|[.]ci|[.]github)/[\w/.-]*\w"
    named = set(re.findall(rf"{folders}|(?<![\w.-])[\w-]+[.](?:yaml|hcl)\b", README))
    assert {"scripts/up", "compose.yaml"} < named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_first_two_commands_start_and_test_it() -> None:
    commands = re.findall(r"^    (\S+)", FILES[0].read_text(), re.MULTILINE)
    assert commands[:2] == ["scripts/up", "scripts/test"]


def test_the_workflows_name_targets_variables_and_scripts_that_exist() -> None:
    named = re.findall(r"targets?: \[?([a-z][a-z, -]*)", TEXT)
    targets = {target for names in named for target in names.split(", ")}
    assert targets == {"validate", "test-matrix", "runtime", "audit"} <= set(listed("targets"))
    assert set(re.findall(r"^ +([A-Z_]+): ", TEXT, re.MULTILINE)) <= set(listed("variables"))
    assert (commands := re.findall(r"run: (.*)", TEXT)) == ["scripts/test", "scripts/release"]
    assert all(os.access(ROOT / command, os.X_OK) for command in commands)


def test_a_pull_request_is_tested_whole_and_a_release_needs_the_same() -> None:
    assert "\n  pull_request:\n  workflow_call:" in WORKFLOWS["ci"]
    assert "[validate, test-matrix, runtime]" in JOBS["ci", "bake"]
    assert "run: scripts/test" in JOBS["ci", "test"]
    assert CALL in JOBS["release", "ci"]
    assert "    needs: ci\n" in JOBS["release", "release"]
    assert CALL in JOBS["main", "ci"]


def test_the_actions_are_pinned_and_renovate_finds_it() -> None:
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

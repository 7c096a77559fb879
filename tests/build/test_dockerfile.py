"""The checks of both Dockerfiles, and the descriptions of their stages."""

import json
from pathlib import Path

import pytest
from engine import bake, docker

FILES = {"check-image": "Dockerfile", "check-tools": "scripts/tools.Dockerfile"}


@pytest.mark.parametrize("file", FILES.values())
def test_every_stage_is_described(file: str) -> None:
    answer = docker("buildx", "build", "--call=targets,format=json", f"--file={file}", ".")
    stages = json.loads(answer)["targets"]
    assert [stage["name"] for stage in stages if not stage.get("description")] == []


def test_the_checks_pass() -> None:
    done = bake("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Check complete, no warnings found.") == len(FILES)


def test_a_fault_fails_the_check_and_no_build(checkout: Path) -> None:
    for target, name in FILES.items():
        with (checkout / name).open("a") as file:
            file.write("\n# described under another name\nFROM scratch as last\n")
        done = bake(target, folder=checkout)
        assert done.returncode != 0
        assert "InvalidDefinitionDescription" in done.stdout + done.stderr
    built = bake("deps", "lock-check", folder=checkout)
    assert built.returncode == 0, built.stderr

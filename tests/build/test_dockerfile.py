"""Rules that the Dockerfile holds to."""

import json
import re

import pytest
from engine import ROOT, bake, docker

TEXT = (ROOT / "Dockerfile").read_text()
STAGES = re.findall(r"(?:(# [^\n]+)\n)?FROM (?:--platform=\S+ )?(\S+) AS (\S+)\n", TEXT)


def stage(name: str) -> str:
    """The instructions of one stage."""
    match = re.search(
        rf"\nFROM \S*(?: \S+)? AS {name}\n(.*?)(?=\n# [^\n]+\nFROM |\Z)", TEXT, re.DOTALL
    )
    assert match, name
    return match[1]


def test_every_stage_says_in_a_line_what_it_is() -> None:
    described = docker("buildx", "build", "--call=targets,format=json", ".")
    targets = json.loads(described)["targets"]
    assert [target["name"] for target in targets] == [name for _, _, name in STAGES]
    assert [target["name"] for target in targets if not target.get("description")] == []


def test_the_last_stage_is_the_image() -> None:
    assert STAGES[-1][2] == "runtime"


def test_the_frontend_is_the_built_in_one() -> None:
    assert not re.search(r"^#\s*syntax\s*=", TEXT, re.MULTILINE)


def test_the_image_runs_nothing_while_it_is_built() -> None:
    assert "RUN" not in stage("runtime")
    assert "RUN" not in stage("runtime-base")


@pytest.mark.parametrize("word", ["apt-get", "apt ", "useradd", "adduser"])
def test_nothing_floats_in(word: str) -> None:
    assert word not in TEXT


def test_its_own_checks_pass() -> None:
    done = bake("check")
    assert done.returncode == 0, done.stdout + done.stderr

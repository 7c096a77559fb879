"""The image as a step of anybody's CI: the health check of a workspace that is mounted."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from engine import ROOT, Completed, run
from engine.container import PREFIX, Containers

SAMPLE = ROOT / "tests/sample/sdlc-studio"
COMMAND = ("check", "/workspace")
NO_NETWORK = "--network=none"
MISSING_STORY = """\
# US0003: Tell who asked

> **Status:** Proposed
> **Epic:** EP0002
> **Owner:** Ines

Whoever asked for a window is told when it moves by more than ten minutes.
"""


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    """The sample, and the story that it lacks."""
    workspace = tmp_path / "sdlc-studio"
    shutil.copytree(SAMPLE, workspace)
    (workspace / "stories/US0003-tell-who-asked.md").write_text(MISSING_STORY)
    return workspace


def as_the_readme_says(image: str, folder: Path) -> Completed:
    """Run the README's line in a folder."""
    lines = (ROOT / "README.md").read_text().splitlines()
    (line,) = (line.strip() for line in lines if line.endswith("check /workspace"))
    assert "sdlc-lens-backend:dev" in line
    name = f"{PREFIX}{uuid4().hex[:12]}"
    line = line.replace("sdlc-lens-backend:dev", image)
    line = line.replace("docker run", f"docker run --pull never --name {name}")
    return run("sh", "-c", line, folder=folder)


def test_the_sample_fails_for_its_epic_without_stories(image: str) -> None:
    ended = as_the_readme_says(image, SAMPLE.parent)
    assert ended.returncode == 1, ended.stderr
    assert "No story names epics/EP0002-word-of-a-change.md" in ended.stdout
    assert ended.stdout.endswith("gate failed by EPIC_NO_STORIES\n")
    assert not ended.stderr


def test_a_healthy_workspace_passes(image: str, healthy: Path) -> None:
    ended = as_the_readme_says(image, healthy.parent)
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.endswith("gate passed\n")


@pytest.mark.parametrize("user", ["10001:0", "12345:54321", "0:0"])
def test_any_user_without_network_and_without_a_place_to_write(
    containers: Containers, user: str
) -> None:
    options = ("--user", user, NO_NETWORK, "--read-only", "--cap-drop=ALL")
    mount = f"--volume={SAMPLE}:/workspace:ro"
    ended = containers.run(*options, mount, command=(*COMMAND, "--format", "json"))
    assert ended.returncode == 1, ended.stderr
    report = json.loads(ended.stdout)
    files = [file for file in SAMPLE.rglob("*.md") if file.name != "_index.md"]
    assert report["total_documents"] == len(files)
    assert report["gate"]["failed_by"] == ["EPIC_NO_STORIES"]
    assert report["unreadable"] == {}


def test_folder_that_may_not_be_read_is_one_line(containers: Containers, healthy: Path) -> None:
    healthy.chmod(0o700)
    mount = f"--volume={healthy}:/workspace:ro"
    ended = containers.run("--user", "12345:54321", NO_NETWORK, mount, command=COMMAND)
    assert ended.returncode == 77
    assert "cannot read /workspace" in ended.stderr
    assert "12345:54321" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_nothing_mounted_is_one_line(containers: Containers) -> None:
    ended = containers.run(NO_NETWORK, command=COMMAND)
    assert ended.returncode == 66
    assert "/workspace" in ended.stderr
    assert "sdlc-studio" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_help(containers: Containers) -> None:
    for command in ("check", "sync"):
        ended = containers.run(NO_NETWORK, command=(command, "--help"))
        assert ended.returncode == 0
        assert f"usage: python -m sdlc_lens {command}" in ended.stdout

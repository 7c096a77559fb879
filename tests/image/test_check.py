"""The image as a step of anybody's CI: the health check of a workspace that is mounted."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from engine import ROOT, run
from engine.container import PREFIX, Containers

SAMPLE = ROOT / "tests/sample/sdlc-studio"
MISSING_STORY = """\
# US0003: Say who asked

> **Status:** Proposed
> **Epic:** EP0002
> **Owner:** Ines

Everyone who asked for a window gets a message when it moves by more than ten minutes.
"""


@pytest.mark.parametrize(
    ("story", "code", "last"),
    [("", 1, "gate failed by EPIC_NO_STORIES\n"), (MISSING_STORY, 0, "gate passed\n")],
    ids=["failed", "passed"],
)
def test_as_the_readme_says(image: str, tmp_path: Path, story: str, code: int, last: str) -> None:
    workspace = tmp_path / "sdlc-studio"
    shutil.copytree(SAMPLE, workspace)
    if story:
        (workspace / "stories/US0003-say-who-asked.md").write_text(story)
    lines = (ROOT / "README.md").read_text().splitlines()
    (line,) = (line.strip() for line in lines if line.endswith("check /workspace"))
    assert "sdlc-lens-backend:dev" in line
    line = line.replace("sdlc-lens-backend:dev", image)
    run_named = f"docker run --pull never --name {PREFIX}{uuid4().hex[:12]}"
    ended = run("sh", "-c", line.replace("docker run", run_named), folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (code, "")
    assert ended.stdout.endswith(last)


@pytest.mark.parametrize("user", ["10001:0", "12345:54321", "0:0"])
def test_any_user_without_network_and_without_a_place_to_write(
    containers: Containers, user: str
) -> None:
    ended = containers.run(
        f"--user={user}", "--network=none", "--read-only", "--cap-drop=ALL",
        f"--volume={SAMPLE}:/workspace:ro", command=("check", "/workspace", "--format", "json"),
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    report = json.loads(ended.stdout)
    files = [file for file in SAMPLE.rglob("*.md") if file.name != "_index.md"]
    assert report["total_documents"] == len(files)
    assert report["unreadable"] == {}


def test_nothing_of_the_working_directory_is_run(containers: Containers, workspace: Path) -> None:
    (workspace / "argparse.py").write_text("print('run as code'); raise SystemExit(7)")
    options = (f"--volume={workspace}:/workspace:ro", "--workdir=/workspace")
    ended = containers.run(*options, command=("check", "."))
    assert ended.returncode == 1
    assert "gate failed" in ended.stdout
    assert "run as code" not in ended.stdout

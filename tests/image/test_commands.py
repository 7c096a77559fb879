"""`check` as a step of anybody's CI; `add`, `list` and `sync` next to the service; any other."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from engine import ROOT, run
from engine.container import PREFIX, Containers
from engine.lens import documents, register

SAMPLE = ROOT / "tests/sample/sdlc-studio"
FILES = {str(file.relative_to(SAMPLE)) for file in SAMPLE.rglob("*.md") if file.name != "_index.md"}
LENS = ("python3", "-m", "sdlc_lens")
REPORT = 'printf "%s|" "$0" "$@" "$(umask)" "$PWD"; exit 7'


def test_check_as_the_readme_says(image: str, tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "sdlc-studio")
    lines = (ROOT / "README.md").read_text().splitlines()
    (line,) = (line.strip() for line in lines if line.endswith("check /workspace"))
    assert "sdlc-lens-backend:dev" in line
    line = line.replace("sdlc-lens-backend:dev", image)
    run_named = f"docker run --pull never --name {PREFIX}{uuid4().hex[:12]}"
    ended = run("sh", "-c", line.replace("docker run", run_named), folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.endswith("gate failed by EPIC_NO_STORIES\n")


@pytest.mark.parametrize("user", ["10001:0", "12345:54321", "0:0"])
def test_check_by_any_user_without_network_and_without_a_place_to_write(
    containers: Containers, user: str
) -> None:
    ended = containers.run(
        f"--user={user}", "--network=none", "--read-only", "--cap-drop=ALL",
        f"--volume={SAMPLE}:/workspace:ro", command=("check", "/workspace", "--format", "json"),
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    report = json.loads(ended.stdout)
    assert (report["total_documents"], report["unreadable"]) == (len(FILES), {})


def test_check_runs_nothing_of_the_working_directory(
    containers: Containers, workspace: Path
) -> None:
    (workspace / "argparse.py").write_text("raise SystemExit(7)")
    options = (f"--volume={workspace}:/workspace:ro", "--workdir=/workspace")
    ended = containers.run(*options, command=("check", "."))
    assert ended.returncode == 1
    assert "gate failed" in ended.stdout


def test_add_list_and_sync_next_to_the_service(containers: Containers) -> None:
    lens = containers.serve(f"--volume={SAMPLE}:/data/projects/sample:ro")
    one = lens.execute(*LENS, "add", "Sample", "/data/projects/sample")
    assert (one.returncode, one.stderr) == (0, "")
    assert one.stdout.startswith(f"sample: synced: {len(FILES)} added")
    register(lens, "Tide", "/data/projects/sample")
    listed = lens.execute(*LENS, "list").stdout.splitlines()
    assert [line.split("\t")[:2] for line in listed] == [
        ["sample", "synced"], ["tide", "never_synced"],
    ]  # fmt: skip
    both = lens.execute(*LENS, "sync", "--all")
    assert both.returncode == 0
    said = [line.partition(",")[0] for line in both.stdout.splitlines()]
    assert said == ["sample: synced: 0 added", f"tide: synced: {len(FILES)} added"]
    assert {entry["path"] for entry in documents(lens, "sample")} == FILES
    metrics = lens.ask("GET", "/metrics").text.splitlines()
    assert 'sdlc_lens_syncs_total{outcome="synced",project="sample"} 2.0' in metrics
    assert 'sdlc_lens_documents{project="tide",type="prd"} 1.0' in metrics


@pytest.mark.parametrize(
    ("command", "code", "printed"),
    [
        (("--help",), 0, "healthcheck"),
        (("--version",), 0, "sdlc-lens 1.2.3+test\n"),
        (("sh", "-c", REPORT, "a b", "*"), 7, "a b|*|0002|/|"),
        (("no-such-program",), 127, "no-such-program"),
    ],
    ids=["help", "version", "any program", "missing program"],
)
def test_command(containers: Containers, command: tuple[str, ...], code: int, printed: str) -> None:
    ended = containers.run(command=command)
    assert ended.returncode == code, ended
    assert printed in ended.stdout + ended.stderr

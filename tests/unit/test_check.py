"""`python3 -m sdlc_lens check`: the health check of a folder."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.nobody import BECOME_NOBODY, open_folder
from support.processes import (
    PATIENCE_SECONDS,
    environment,
    run,
    run_command,
    started,
    stop,
    until_line,
)
from support.workspaces import SAMPLE, write_workspace

from sdlc_lens.__main__ import main
from sdlc_lens.domain.checks.rules.table import RULES

__all__ = ["open_folder"]

TEXT = "What it is for, at some length, so that it does not count as empty.\n"
HEALTHY = {
    "prd.md": f"# What for\n\n{TEXT}",
    "trd.md": f"# How\n\n{TEXT}",
    "epics/EP0001-harbour.md": f"# EP0001: Harbour\n\n> **Status:** Draft\n\n{TEXT}",
    "stories/US0001-berth.md": f"""\
# US0001: Berth

> **Status:** Draft · **Epic:** EP0001 · **Priority:** High · **Points:** 3

{TEXT}""",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace that passes the gate, with two findings that do not matter to it."""
    return write_workspace(tmp_path / "workspace", HEALTHY)


def test_gate_passed(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(workspace)]) == 0
    printed = capsys.readouterr()
    assert (
        printed.out
        == f"""\
MEDIUM MISSING_PLAN (completeness)
  No live plan names the open story stories/US0001-berth.md
  -> {next(rule.fix for rule in RULES if rule.id == "MISSING_PLAN")}

MEDIUM MISSING_TEST_SPEC (completeness)
  No live test specification names the open story stories/US0001-berth.md or its epic
  -> {next(rule.fix for rule in RULES if rule.id == "MISSING_TEST_SPEC")}

4 documents, score 96 of 100, grade 93.9: 0 critical, 0 high, 2 medium, 0 low
gate passed
"""
    )
    assert not printed.err


def test_gate_failed(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / "stories/US0001-berth.md").write_text(f"# US0001\n\n{TEXT}")
    assert main(["check", str(workspace)]) == 1
    printed = capsys.readouterr()
    assert "HIGH EPIC_NO_STORIES (completeness)\n  No story names epics/EP0001" in printed.out
    assert printed.out.endswith("gate failed by EPIC_NO_STORIES, STORY_NO_EPIC, MISSING_STATUS\n")
    assert not printed.err


def test_json_is_what_the_service_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SAMPLE), "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert set(report) == {
        "checked_at",
        "total_documents",
        "summary",
        "score",
        "grade",
        "gate",
        "rules",
        "findings",
        "unreadable",
    }
    assert report["gate"] == {"passed": False, "failed_by": ["EPIC_NO_STORIES"]}
    assert report["summary"]["high"] == 1
    (finding,) = (entry for entry in report["findings"] if entry["severity"] == "high")
    assert [document["doc_id"] for document in finding["affected_documents"]] == [
        "EP0005-open-data"
    ]
    assert report["unreadable"] == {}


def test_folder_is_left_as_it_is(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(os.walk(workspace))
    monkeypatch.chdir(workspace)
    assert main(["check", "."]) == 0
    assert sorted(os.walk(workspace)) == before


def test_vocabulary_of_the_workspace_counts(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = workspace / "stories/US0001-berth.md"
    story.write_text(story.read_text().replace("Draft", "Waiting, for a while"))
    (workspace / ".config.yaml").write_text("status_vocab:\n  story: [Waiting]\n")
    (workspace / "epics/EP0001-harbour.md").write_text(
        f"# EP0001: Harbour\n\n> **Status:** Done\n\n{TEXT}"
    )
    assert main(["check", str(workspace)]) == 0
    printed = capsys.readouterr()
    assert "not all of its stories are over: US0001-berth (Waiting)" in printed.out
    assert not printed.err


def test_invalid_settings_are_reported(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / ".config.yaml").write_text("status_vocab: [broken\n")
    assert main(["check", str(workspace)]) == 0
    printed = capsys.readouterr()
    assert "gate passed" in printed.out
    assert ".config.yaml" in printed.err


@pytest.mark.parametrize(
    ("folder", "cause"),
    [
        ("nowhere", "does not exist"),
        ("prd.md", "does not exist"),
        ("empty", "has no documents"),
        ("a\0b", "does not exist"),
    ],
)
def test_nothing_to_check(
    folder: str, cause: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "empty").mkdir()
    assert main(["check", f"{workspace}/{folder}"]) == 66
    line = capsys.readouterr().err
    assert cause in line
    assert "sdlc-studio" in line
    assert "SDLC_LENS_" not in line
    assert line.count("\n") == 1


def test_folder_without_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", ""]) == 66
    assert "name of the folder is empty" in capsys.readouterr().err


def test_output_that_cannot_be_written(workspace: Path) -> None:
    command = f"{sys.executable} -m sdlc_lens check {workspace} >/dev/full"
    ended = run_command("sh", "-c", command, env=environment(workspace / "lens.db"))
    assert ended.returncode == 74
    assert ended.stderr.splitlines()[-1].startswith("sdlc-lens: cannot write the output")
    assert "Traceback" not in ended.stderr


def check_as_nobody(folder: Path) -> subprocess.CompletedProcess[str]:
    # A first run loads everything: nobody may not read this machine's Python.
    first = f"import sys; from sdlc_lens.__main__ import main; main(['check', {str(SAMPLE)!r}])"
    script = f"{first}\n{BECOME_NOBODY}\nsys.exit(main(['check', {str(folder)!r}]))"
    return run(env=environment(folder / "lens.db"), script=script)


@pytest.mark.parametrize("asked", ["", "sdlc-studio"])
def test_unreadable_folder(asked: str, open_folder: Path) -> None:
    workspace = open_folder / "workspace"
    write_workspace(workspace / asked, HEALTHY)
    workspace.chmod(0o700)
    ended = check_as_nobody(workspace / asked)
    assert ended.returncode == 77
    assert f"cannot read {workspace}" in ended.stderr
    assert ("0700" in ended.stderr) == (not asked), "the folder above it is not described"
    assert ended.stderr.count("\n") == 1


def test_unreadable_file_fails_the_check(open_folder: Path) -> None:
    workspace = write_workspace(open_folder / "workspace", {**HEALTHY, "notes.md": TEXT})
    (workspace / "notes.md").chmod(0)
    ended = check_as_nobody(workspace)
    assert ended.returncode == 1
    assert ended.stdout.endswith("gate passed\n")
    assert "notes.md was not read: cannot read" in ended.stderr


def test_control_characters_of_file_names_are_not_printed(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_workspace(workspace, {"bugs/BG0001-\x1b[2J.md": f"# BG0001\n\n{TEXT}"})
    assert main(["check", str(workspace)]) == 1
    assert "bugs/BG0001-\ufffd[2J.md has no status" in capsys.readouterr().out


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    for part in ("FOLDER", "--format {text,json}", "docker run", "66", "77"):
        assert part in printed


def test_missing_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check"])
    assert ended.value.code == 2
    assert "FOLDER" in capsys.readouterr().err


def test_interrupted_check_does_not_pass(tmp_path: Path) -> None:
    script = (
        "import signal; from sdlc_lens.__main__ import end_on_signals;"
        "end_on_signals('check'); print('waiting', flush=True); signal.pause()"
    )
    with started(env=environment(tmp_path / "lens.db"), script=script) as process:
        until_line(process, "waiting")
        stop(process)
        assert process.returncode == 128 + signal.SIGTERM


def test_closed_pipe(workspace: Path) -> None:
    long = "x" * 200
    write_workspace(workspace, {f"bugs/BG{number:04}-{long}.md": TEXT for number in range(900)})
    with started("check", str(workspace), env=environment(workspace)) as process:
        until_line(process, "BG0000")
        process.stdout.close()
        process.wait(timeout=PATIENCE_SECONDS)
        assert process.returncode == -signal.SIGPIPE

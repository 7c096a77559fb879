"""Hints for files and folders that this process may not use."""

import os
import re
from pathlib import Path

import pytest
from support.nobody import BECOME_NOBODY, NOBODY, open_folder
from support.processes import run

from sdlc_lens.permissions import why_unreadable, why_unwritable

__all__ = ["open_folder"]

ME = f"{os.geteuid()}:{os.getegid()}"
WHY = f"""
import sys
from pathlib import Path
from sdlc_lens import permissions
{BECOME_NOBODY}
print(getattr(permissions, sys.argv[1])(Path(sys.argv[2])))
"""


def hint_for_nobody(function: str, path: Path) -> str:
    """What a process without privileges is told."""
    ended = run(function, str(path), env=dict(os.environ), script=WHY)
    assert ended.returncode == 0, ended
    (line,) = ended.stdout.splitlines()
    return line


def paths_in(line: str) -> set[str]:
    """Every absolute path that a line names."""
    return set(re.findall(r"(?<![\w$.])/[\w/.-]*\w|(?<!\S)/(?=[\s`])", line))


def test_own_folder_without_access(tmp_path: Path) -> None:
    folder = tmp_path / "db"
    folder.mkdir(mode=0o555)
    line = why_unwritable(folder)
    assert line.startswith(f"cannot write {folder}: it belongs to {ME} with mode 0555")
    assert f"this process runs as {ME}" in line
    assert line.endswith(f"Run `chmod -R u+rwX {folder}`")
    assert why_unreadable(folder).endswith(f"Run `chmod -R u+rX {folder}`")


@pytest.mark.parametrize(("owner", "offered"), [(0, False), (4321, True)])
def test_starting_as_the_owner_is_offered_unless_that_is_root(
    owner: int, offered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = list(tmp_path.stat())
    status[4] = owner
    monkeypatch.setattr(Path, "stat", lambda *_, **__: os.stat_result(status))
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    for line in (why_unreadable(tmp_path), why_unwritable(tmp_path)):
        assert f"Ask its owner to give user {NOBODY} " in line
        assert (f"--user {owner}:" in line) is offered


@pytest.mark.parametrize("function", ["why_unreadable", "why_unwritable"])
@pytest.mark.parametrize("name", ["closed", "closed/below/deep", "open/missing/deep", "missing"])
@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: needs root, to become another user")
def test_hint_names_no_folder_above_and_opens_nothing_of_others(
    name: str, function: str, open_folder: Path
) -> None:
    (open_folder / "closed").mkdir(mode=0o700)
    (open_folder / "open").mkdir(mode=0o755)
    path = open_folder / name
    line = hint_for_nobody(function, path)
    assert {found.rstrip(".") for found in paths_in(line)} <= {str(path), "/data/projects/NAME"}
    assert "chmod" not in line
    assert "chown" not in line
    assert f"{NOBODY}" in line


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: needs root, to become another user")
def test_missing_folder_is_created_and_mounted(open_folder: Path) -> None:
    line = hint_for_nobody("why_unwritable", open_folder / "db")
    assert f"`install -d -o {NOBODY} -g {NOBODY} db`" in line
    assert line.endswith(f'-v "$PWD/db:{open_folder / "db"}"')

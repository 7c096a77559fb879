"""Hints for files and folders without access."""

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
for path in sys.argv[1:]:
    print(permissions.why_unreadable(Path(path)))
    print(permissions.why_unwritable(Path(path)))
"""


def hints_for_nobody(*paths: Path) -> list[str]:
    """Why a process without privileges cannot read, and cannot write, each of these paths."""
    ended = run(*map(str, paths), env=dict(os.environ), script=WHY)
    assert ended.returncode == 0, ended
    return ended.stdout.splitlines()


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


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: needs root, to become another user")
def test_hint_names_no_folder_above_and_opens_nothing_of_others(open_folder: Path) -> None:
    (open_folder / "closed").mkdir(mode=0o700)
    (open_folder / "open").mkdir(mode=0o755)
    names = ("closed", "closed/below/deep", "open/missing/deep", "missing")
    paths = [open_folder / name for name in names]
    asked = [path for path in paths for _ in range(2)]
    for path, line in zip(asked, hints_for_nobody(*paths), strict=True):
        assert {found.rstrip(".") for found in paths_in(line)} <= {str(path), "/data/projects/NAME"}
        assert "chmod" not in line
        assert "chown" not in line
        assert f"{NOBODY}" in line


@pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: needs root, to become another user")
def test_missing_folder_is_created_and_mounted(open_folder: Path) -> None:
    _, line = hints_for_nobody(open_folder / "db")
    assert f"`install -d -o {NOBODY} -g {NOBODY} db`" in line
    assert line.endswith(f'-v "$PWD/db:{open_folder / "db"}"')

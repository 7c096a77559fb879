"""What to tell a person who has to mend permissions."""

import os
from pathlib import Path

import pytest

from sdlc_lens.permissions import why_unreadable, why_unwritable

ME = f"{os.geteuid()}:{os.getegid()}"


def test_unwritable_names_owner_mode_ids_and_command(tmp_path: Path) -> None:
    folder = tmp_path / "db"
    folder.mkdir(mode=0o555)
    line = why_unwritable(folder)
    assert f"cannot write {folder}: {folder} belongs to {ME} with mode 0555" in line
    assert f"this process runs as {ME}" in line
    assert f"`chmod -R u+rwX {folder}`" in line
    assert "--user" not in line
    assert "\n" not in line


@pytest.mark.parametrize(("owner", "offered"), [(0, False), (4321, True), (os.geteuid(), False)])
def test_starting_as_the_owner_is_offered_unless_that_is_root_or_us(
    owner: int, offered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = list(tmp_path.stat())
    facts[4] = owner
    monkeypatch.setattr(Path, "stat", lambda *_, **__: os.stat_result(facts))
    assert (f"--user {owner}:" in why_unwritable(tmp_path)) is offered


def test_unreadable_names_the_path_as_given_and_the_place(tmp_path: Path) -> None:
    missing = tmp_path / "never" / "made"
    line = why_unreadable(missing)
    assert f"cannot read {missing}: {tmp_path} belongs to" in line
    assert f"`chmod -R a+rX {tmp_path}`" in line
    assert "\n" not in line

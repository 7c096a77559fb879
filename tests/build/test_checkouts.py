"""Clones made with a Git that converts line endings, as Git for Windows is set up to do."""

import shutil
from pathlib import Path

from engine import baked, succeed
from engine.release import commit

LOCAL = [".build", "docker-bake.override.hcl"]  # what a build on this machine needs, not in Git


def test_a_clone_that_converts_line_endings_has_none_to_convert_and_builds(
    checkout: Path, tmp_path: Path
) -> None:
    succeed("git", "init", "--quiet", folder=checkout)
    commit(checkout, "As it stands")
    clone = tmp_path / "clone"
    convert = ("-c", "core.autocrlf=true")
    succeed("git", "clone", "--quiet", *convert, str(checkout), str(clone), folder=tmp_path)
    tracked = succeed("git", "ls-files", "-z", folder=clone).split("\0")[:-1]
    assert "backend/entrypoint.sh" in tracked
    assert [name for name in tracked if b"\r" in (clone / name).read_bytes()] == []
    for name in LOCAL:
        if (checkout / name).exists():
            shutil.move(checkout / name, clone / name)
    baked("runtime-local", "--set=*.output=type=cacheonly", folder=clone)

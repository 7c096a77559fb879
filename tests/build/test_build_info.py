"""What the image records about its source: from git where there is a checkout, or not at all."""

import os
import shutil
from pathlib import Path

import pytest
from engine import ROOT, Completed, run, succeed
from engine.release import commit

VERSIONS = {
    "v1.2.3-rc.1 v1.2.3 v1.2.3-rc.2": "1.2.3",
    "v1.2.3-rc.2 v1.2.3-rc.10 v1.2.3-beta.11": "1.2.3-rc.10",
    "v1.9.0 v1.10.0 v0.99.99": "1.10.0",
    "v1.2.3 v2 v2.0 v1.2.3.4 v1.2.4_5 latest release-9.9.9 2.0.0": "1.2.3",
}
BROKEN = {
    "git fetch --unshallow --tags": "git clone --quiet --depth=1 file://$PWD ../copy",
    "git config --global --add safe.directory": "cp -R . ../copy && chown -R 12345 ../copy",
    "install git": "cp -R . ../copy && rm ../bin/git",
    "not a git repository": "cp -R . ../copy && rm ../copy/.git/HEAD",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A checkout of one commit, with as little in it as the script looks at, beside a docker."""
    (folder := tmp_path / "source" / "scripts").mkdir(parents=True)
    shutil.copy2(ROOT / "scripts" / "build-info", folder)
    git(folder.parent, "init", "--quiet")
    change(folder.parent, "Dockerfile")
    (docker := tmp_path / "bin" / "docker").parent.mkdir()
    docker.write_text('#!/bin/sh\necho "docker $* of ${SOURCE_REVISION-nothing}"\n')
    docker.chmod(0o755)
    for name in ("cat", "dirname", "env", "git", "grep", "sed"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    return folder.parent


def git(folder: Path, *arguments: str) -> str:
    return succeed("git", *arguments, folder=folder).strip()


def change(folder: Path, name: str) -> str:
    """Commit a change of a file; the commit."""
    (path := folder / name).parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "change\n")
    commit(folder, name)
    return git(folder, "rev-parse", "HEAD")


def build_info(folder: Path, **variables: str) -> dict[str, str]:
    printed = succeed(str(folder / "scripts" / "build-info"), folder=folder, variables=variables)
    return dict(line.split("=", 1) for line in printed.splitlines())


def documented_command(folder: Path) -> Completed:
    """Run the command of the script's help, with a docker that prints what it is called with."""
    usage = succeed(str(ROOT / "scripts" / "build-info"), "--help")
    (command,) = [line for line in usage.splitlines() if "docker" in line]
    variables = {"PATH": str(folder.parent / "bin"), "HOME": str(folder.parent)}
    return run("/bin/sh", "-c", command, folder=folder, variables=variables)


def test_a_change_of_what_is_not_built_leaves_the_image(source: Path) -> None:
    built = git(source, "rev-parse", "HEAD")
    change(source, "README.md")
    assert build_info(source) == {
        "SOURCE_DATE_EPOCH": git(source, "show", "--no-patch", "--format=%ct", built),
        "SOURCE_REVISION": built,
        "SOURCE_VERSION": f"0+g{built[:12]}",
    }
    for name in ("docker-bake.hcl", "scripts/build/libraries"):
        built = change(source, name)
        assert build_info(source)["SOURCE_REVISION"] == built


@pytest.mark.parametrize(("tags", "version"), VERSIONS.items())
def test_the_version_is_the_highest_of_the_commit(source: Path, tags: str, version: str) -> None:
    for tag in tags.split():
        git(source, "tag", tag)
    assert build_info(source)["SOURCE_VERSION"] == version
    change(source, "README.md")
    assert build_info(source)["SOURCE_VERSION"] == version
    built = change(source, "Dockerfile")
    assert build_info(source)["SOURCE_VERSION"] == f"{version}-2-g{built[:12]}"
    git(source, "tag", "v3.0.0-rc.1")
    assert build_info(source)["SOURCE_VERSION"] == "3.0.0-rc.1"
    assert build_info(source, SOURCE_VERSION="7.0.0")["SOURCE_VERSION"] == "7.0.0"


def test_a_worktree_is_a_checkout_and_a_source_archive_inside_one_is_none(source: Path) -> None:
    git(source, "worktree", "add", "--quiet", "worktree")
    assert build_info(source / "worktree") == build_info(source, GIT_DIR="/nowhere") != {}
    shutil.copytree(source / "scripts", source / "archive" / "scripts")
    assert build_info(source / "archive") == {}
    shutil.copytree(source.parent / "bin", source / "bin", symlinks=True)
    done = documented_command(source / "archive")
    assert done.stdout == "docker buildx bake release --push of nothing\n"


@pytest.mark.parametrize(("reason", "command"), BROKEN.items())
def test_where_git_fails_nothing_is_built(source: Path, reason: str, command: str) -> None:
    if "chown" in command and os.geteuid() != 0:
        pytest.skip("NOT TESTED: only root can give a checkout to another owner")
    revision = change(source, "Dockerfile")
    assert documented_command(source).stdout.endswith(f"release --push of {revision}\n")
    succeed("sh", "-c", command, folder=source)
    done = documented_command(source.parent / "copy")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("scripts/build-info: ")
    assert reason in done.stderr

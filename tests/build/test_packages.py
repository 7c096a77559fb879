"""Where packages come from: locks with hashes, wheels only, and an install by plain pip."""

import re
import uuid
from pathlib import Path

import pytest
from engine import ROOT, bake, check, run

LOCKS = sorted((ROOT / "backend" / "requirements").glob("*.txt"))
WITHOUT_A_WHEEL = (
    "docopt==0.6.2 --hash=sha256:49b3a825280bd66b3aa83585ef59c4a8c82f2c8a522dbe754a8bc8db963e8491\n"
)
LITTLE = """\
[project]
name = "little"
version = "1"
requires-python = ">=3.12"
dependencies = ["iniconfig>=2"]

[dependency-groups]
"""


def test_the_locks_are_there() -> None:
    names = ["audit", "build", "lint", "runtime", "sbom", "schema", "test"]
    assert [lock.stem for lock in LOCKS] == names


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_by_hash_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    logical = [
        line for line in text.replace("\\\n", "").splitlines() if line and line[0] not in "# "
    ]
    assert logical
    assert [
        line for line in logical if not re.match(r"[a-z0-9._-]+==\S+ +--hash=sha256:", line)
    ] == []
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|https?://|file:/", text)


def test_the_locks_are_made_inside_the_build_without_the_machines_index_options(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/opt/elsewhere")
    groups = [f'{lock.stem} = ["iniconfig>=2"]' for lock in LOCKS if lock.stem != "runtime"]
    (checkout / "backend" / "pyproject.toml").write_text("\n".join([LITTLE, *groups]))
    done = bake("lock", folder=checkout)
    assert done.returncode == 0, done.stderr
    for lock in LOCKS:
        made = (checkout / "backend" / "requirements" / lock.name).read_text()
        assert made.startswith("# Written by: docker buildx bake lock, from dependencies sha256:")
        assert "\niniconfig==" in made
        assert not re.search(r"127\.0\.0\.1|/opt/elsewhere|--extra-index-url|--find-links", made)


def test_the_runtime_lock_resolves_for_every_python_on_both_platforms(checkout: Path) -> None:
    done = check("locks-resolve", checkout)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("platform", ["linux/amd64", "linux/arm64"])
def test_a_package_without_a_wheel_fails_the_build_with_its_name(
    checkout: Path, platform: str
) -> None:
    with (checkout / "backend" / "requirements" / "runtime.txt").open("a") as lock:
        lock.write(WITHOUT_A_WHEEL)
    done = bake("deps", "--set", f"deps.platform={platform}", folder=checkout)
    assert done.returncode != 0
    assert "No matching distribution found for docopt==0.6.2" in done.stderr


def test_a_package_that_differs_from_its_hash_is_refused(checkout: Path) -> None:
    lock = checkout / "backend" / "requirements" / "runtime.txt"
    lock.write_text(re.sub(r"(?<=sha256:)[0-9a-f]{64}", "0" * 64, lock.read_text()))
    done = bake("deps", folder=checkout)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


def test_pip_installs_migrates_and_serves_without_this_build(checkout: Path) -> None:
    done = check("plain-install", checkout)
    assert done.returncode == 0, done.stderr


def test_both_platforms_come_from_one_builder_without_emulation(
    checkout: Path, emulator: Path
) -> None:
    known = run("docker", "buildx", "inspect").stdout
    if emulator.exists():
        emulator.write_text("0")
    try:
        lock = checkout / "backend" / "requirements" / "runtime.txt"
        lock.write_text(f"{lock.read_text()}# never built before: {uuid.uuid4()}\n")
        done = bake(
            "runtime", "--set", "runtime.output=type=cacheonly", "--set", "runtime.contexts.test=docker-image://scratch",
            folder=checkout, REGISTRY="registry.example", PLATFORMS="linux/arm64",
        )  # fmt: skip
    finally:
        if emulator.exists():
            emulator.write_text("1")
    assert done.returncode == 0, f"{known}\n{done.stderr}"

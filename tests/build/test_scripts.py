"""The scripts: their form, their help, their words when the engine or Docker Hub is amiss."""

import os
import subprocess
from pathlib import Path

import pytest
from engine import ROOT, Completed, environment

SCRIPTS = sorted(
    path
    for path in [*(ROOT / "scripts").rglob("*"), ROOT / ".ci" / "run"]
    if path.is_file() and path.read_bytes().startswith(b"#!")
)
NAMES = [str(path.relative_to(ROOT)) for path in SCRIPTS]
OVERRIDE = "docker-bake.override.hcl"
MARK = "# Written by scripts/setup/base, and removed by it when it is not needed any more.\n"

FAKE_DOCKER = """#!/bin/sh
case "$*" in
    version*) echo "${ENGINE-28.5.2}" ;;
    "buildx version") echo "github.com/docker/buildx ${BUILDX-v0.29.1} 0123" ;;
    "compose version"*) echo 2.40.0 ;;
    info*) echo "${STORE-io.containerd.snapshotter.v1}" ;;
    "buildx inspect"*) echo "Driver: docker" ;;
    "buildx build"*) echo "${HUB-}"; [ -z "${HUB-}" ] ;;
    *) echo "unexpected: $*" >&2; exit 99 ;;
esac
"""
RESOLVING = (
    "ERROR: failed to solve: python:3.12-slim: failed to resolve source metadata for docker.io"
)


@pytest.fixture
def fake(checkout: Path, tmp_path: Path) -> Path:
    """A checkout without override, whose scripts find a docker that says what a test sets."""
    (checkout / OVERRIDE).unlink(missing_ok=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "docker").write_text(FAKE_DOCKER)
    (tmp_path / "bin" / "docker").chmod(0o755)
    return checkout


def script(name: str, *arguments: str, folder: Path = ROOT, **variables: str) -> Completed:
    """Run a script of a checkout, with the fake docker where the test has one."""
    search = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    settings = environment(**{"PATH": search, "SSL_CERT_FILE": "", "CI": "", **variables})
    return subprocess.run(
        [folder / name, *arguments],
        env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_they_are_these() -> None:
    assert {"scripts/up", "scripts/down", "scripts/test", ".ci/run"} < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_short_strict_and_runnable(name: str) -> None:
    path = ROOT / name
    lines = path.read_text().splitlines()
    assert len(lines) < 100
    assert "set -eu" in lines[:4]
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("name", NAMES)
def test_help_tells_the_usage_and_does_nothing(name: str) -> None:
    done = script(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: scripts/")


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_refused_with_the_usage(name: str) -> None:
    done = script(name, "--nonsense")
    assert done.returncode == 2
    assert "Usage: scripts/" in done.stderr


@pytest.mark.parametrize(
    ("workspace", "reason"), [("missing", "is no folder"), ("empty", "holds no markdown")]
)
def test_up_refuses_a_wrong_workspace_before_anything_is_built(
    fake: Path, workspace: str, reason: str
) -> None:
    (fake / "empty").mkdir()
    done = script("scripts/up", str(fake / workspace), folder=fake)
    assert done.returncode != 0
    assert reason in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ENGINE": "28.4.9"}, "the engine is 28.4.9, the build needs 28.5"),
        ({"BUILDX": "v0.13.1"}, "buildx is 0.13.1, the build needs 0.29"),
    ],
)
def test_an_old_engine_is_refused_with_the_cure(
    fake: Path, variables: dict[str, str], message: str
) -> None:
    done = script("scripts/setup/engine", folder=fake, **variables)
    assert done.returncode != 0
    assert message in done.stderr
    assert "update Docker" in done.stderr


def test_a_new_engine_is_told_and_the_classic_store_is_named(fake: Path) -> None:
    done = script("scripts/setup/engine", folder=fake, ENGINE="29.0.0", STORE="overlay2")
    assert done.returncode == 0, done.stderr
    assert "Docker 29.0.0" in done.stdout
    assert "classic image store" in done.stdout


def test_the_official_base_needs_no_override(fake: Path) -> None:
    done = script("scripts/setup/base", folder=fake)
    assert (done.returncode, done.stdout) == (0, "base      from Docker Hub\n")
    assert not (fake / OVERRIDE).exists()


def test_the_bundle_of_this_machine_becomes_the_secret(fake: Path, tmp_path: Path) -> None:
    (tmp_path / "bundle.crt").write_text("certificates")
    done = script("scripts/setup/base", folder=fake, SSL_CERT_FILE=str(tmp_path / "bundle.crt"))
    assert done.returncode == 0, done.stderr
    assert "id=ca_bundle,src=.build/ca-certificates.crt" in (fake / OVERRIDE).read_text()
    assert (fake / ".build/ca-certificates.crt").read_text() == "certificates"


@pytest.mark.parametrize(
    ("answer", "cure"),
    [
        (f"{RESOLVING}: 429 Too Many Requests", "docker login, or wait an hour"),
        (f"{RESOLVING}: dial tcp: i/o timeout", "try again or set the engine a mirror"),
        (f"{RESOLVING}: 403 Forbidden", "mend that or set BUILD_BASE and RUNTIME_BASE"),
    ],
)
def test_a_docker_hub_that_refuses_is_an_error_with_its_cure(
    fake: Path, answer: str, cure: str
) -> None:
    done = script("scripts/setup/base", folder=fake, HUB=answer)
    assert done.returncode != 0
    assert cure in done.stderr
    assert not (fake / OVERRIDE).exists()


@pytest.mark.parametrize("reason", ["lookup registry: no such host", "connect: connection refused"])
def test_a_docker_hub_out_of_reach_means_the_standin(fake: Path, reason: str) -> None:
    (fake / ".build" / "base").mkdir(parents=True, exist_ok=True)
    (fake / ".build" / "base" / "index.json").write_text('{"manifests":[{"digest":"sha256:1"}]}')
    done = script("scripts/setup/base", folder=fake, HUB=f"{RESOLVING}: {reason}")
    assert done.returncode == 0, done.stderr
    assert f"to go back: rm {OVERRIDE}" in done.stdout
    assert "oci-layout://.build/base@sha256:1" in (fake / OVERRIDE).read_text()


def test_the_standin_is_left_when_docker_hub_answers_again(fake: Path) -> None:
    (fake / OVERRIDE).write_text(f"{MARK}# oci-layout://.build/base\n")
    done = script("scripts/setup/base", folder=fake)
    assert "answers again" in done.stdout
    assert not (fake / OVERRIDE).exists()


def test_an_override_of_ones_own_is_left_alone(fake: Path) -> None:
    (fake / OVERRIDE).write_text("# mine\n")
    done = script("scripts/setup/base", folder=fake)
    assert done.returncode == 0
    assert (fake / OVERRIDE).read_text() == "# mine\n"

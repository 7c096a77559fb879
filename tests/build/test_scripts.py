"""The scripts: their help, and their errors when the engine or Docker Hub does not work."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from engine import ROOT, Completed, bake, definition, environment

FOLDERS = ("scripts", "scripts/setup", ".ci")  # those of scripts/build are run by Dockerfiles
NAMES = sorted(
    str(path.relative_to(ROOT))
    for folder in FOLDERS
    for path in (ROOT / folder).iterdir()
    if path.is_file() and path.read_bytes().startswith(b"#!")
)
OVERRIDE = "docker-bake.override.hcl"

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
FAKE_APT = "#!/bin/sh\necho no network >&2\nexit 100\n"
FAKE_ID = "#!/bin/sh\necho 0\n"
RESOLVING = (
    "ERROR: failed to solve: python:3.12-slim: failed to resolve source metadata for docker.io"
)


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    """A checkout without override, whose scripts find a docker that prints what a test sets."""
    folder = tmp_path / "checkout"
    for name in ("scripts", ".ci"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("Dockerfile", "docker-bake.hcl"):
        shutil.copy(ROOT / name, folder)
    (folder / "dist").mkdir()
    (tmp_path / "bin").mkdir()
    for name, text in {"docker": FAKE_DOCKER, "apt-get": FAKE_APT, "id": FAKE_ID}.items():
        write_script(tmp_path / "bin" / name, text)
    return folder


def write_script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def script(name: str, *arguments: str, folder: Path = ROOT, **variables: str) -> Completed:
    """Run a script of a checkout, with the fake docker where the test has one."""
    search = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    settings = environment(**{"PATH": search, "SSL_CERT_FILE": "", "CI": "", **variables})
    return subprocess.run(
        [folder / name, *arguments],
        env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_every_script_is_found() -> None:
    assert {"scripts/up", "scripts/setup/engine", "scripts/test", ".ci/run"} < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_help_prints_the_usage_and_does_nothing(name: str) -> None:
    done = script(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: scripts/")


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_refused_with_the_usage(name: str) -> None:
    done = script(name, "--nonsense")
    assert done.returncode == 2
    assert "Usage: scripts/" in done.stderr


@pytest.mark.parametrize(
    ("workspace", "reason"),
    [("missing", "is not a folder"), ("empty", "contains no markdown"), ("a:b", "without a colon")],
)
def test_up_refuses_a_wrong_workspace_before_anything_is_built(
    fake: Path, workspace: str, reason: str
) -> None:
    (fake / "empty").mkdir()
    (fake / "a:b").mkdir()
    done = script("scripts/up", str(fake / workspace), folder=fake)
    assert done.returncode != 0
    assert reason in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ENGINE": "28.4.9"}, "the engine is 28.4.9, the build needs 28.5 or newer"),
        ({"BUILDX": "v0.13.1"}, "buildx is 0.13.1, the build needs 0.29 or newer"),
    ],
)
def test_an_old_engine_is_refused_with_the_fix(
    fake: Path, variables: dict[str, str], message: str
) -> None:
    done = script("scripts/setup/engine", folder=fake, **variables)
    assert done.returncode != 0
    assert message in done.stderr
    assert "update Docker" in done.stderr


def test_a_new_engine_is_printed_and_so_is_the_classic_store(fake: Path) -> None:
    done = script("scripts/setup/engine", folder=fake, ENGINE="29.0.0", STORE="overlay2")
    assert done.returncode == 0, done.stderr
    assert "Docker 29.0.0" in done.stdout
    assert "classic image store" in done.stdout


def install(folder: Path, *arguments: str, **variables: str) -> str:
    """The error of the script that installs an engine, where apt has no network."""
    done = script("scripts/setup/install-engine", *arguments, folder=folder, **variables)
    if "no Docker engine answers" in done.stderr:
        pytest.skip("NOT TESTED: an engine is installed on Debian only")
    assert done.returncode == 1
    return done.stderr


def test_ci_alone_is_not_consent_to_install_an_engine(fake: Path) -> None:
    error = install(fake, CI="true")
    assert "nothing was changed" in error
    assert "--install-engine" in error
    assert "SDLC_LENS_INSTALL_ENGINE=1" in error


def test_an_engine_is_installed_with_consent(fake: Path) -> None:
    assert "`apt-get update` failed" in install(fake, "--yes")
    assert "`apt-get update` failed" in install(fake, SDLC_LENS_INSTALL_ENGINE="1")


def test_the_ci_run_consents_to_install_an_engine(fake: Path) -> None:
    write_script(fake / "scripts/test", '#!/bin/sh\necho "$SDLC_LENS_INSTALL_ENGINE $*"\n')
    assert script(".ci/run", "--", "-k", "name", folder=fake).stdout == "1 -- -k name\n"


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
    ("answer", "fix"),
    [
        (f"{RESOLVING}: 429 Too Many Requests", "docker login, or wait an hour"),
        (f"{RESOLVING}: dial tcp: i/o timeout", "try again, or set a mirror in the engine"),
        (f"{RESOLVING}: 403 Forbidden", "fix the cause, or set BUILD_BASE and RUNTIME_BASE"),
    ],
)
def test_a_docker_hub_that_refuses_is_an_error_with_its_fix(
    fake: Path, answer: str, fix: str
) -> None:
    done = script("scripts/setup/base", folder=fake, HUB=answer)
    assert done.returncode != 0
    assert fix in done.stderr
    assert not (fake / OVERRIDE).exists()


def use_standin(folder: Path, reason: str = "no such host") -> Completed:
    """Have the script name a stand-in in the override; only its digest exists."""
    (folder / ".build" / "base").mkdir(parents=True)
    (folder / ".build" / "base" / "index.json").write_text('{"manifests":[{"digest":"sha256:1"}]}')
    done = script("scripts/setup/base", folder=folder, HUB=f"{RESOLVING}: {reason}")
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize("reason", ["lookup registry: no such host", "connect: connection refused"])
def test_the_standin_is_used_only_while_docker_hub_is_not_reachable(
    fake: Path, reason: str
) -> None:
    done = use_standin(fake, reason)
    assert f"to undo: rm {OVERRIDE}" in done.stdout
    assert "oci-layout://.build/base@sha256:1" in (fake / OVERRIDE).read_text()
    done = script("scripts/setup/base", folder=fake)
    assert "reachable again" in done.stdout
    assert not (fake / OVERRIDE).exists()


@pytest.mark.parametrize("target", ["runtime", "release", "oci"])
def test_an_image_on_the_standin_needs_consent(fake: Path, target: str) -> None:
    use_standin(fake)
    done = bake("--print", target, folder=fake, ALLOW_STANDIN="0")
    assert done.returncode != 0
    assert "the base is a stand-in made on this machine: set ALLOW_STANDIN=1" in done.stderr
    consented = definition(target, folder=fake, ALLOW_STANDIN="1")["target"][target]
    assert consented["contexts"]["runtime-base"] == "oci-layout://.build/base@sha256:1"
    base = "docker-image://registry.example/python"
    given = definition(target, folder=fake, ALLOW_STANDIN="0", RUNTIME_BASE=base)["target"][target]
    assert given["contexts"]["runtime-base"] == base


def test_other_pythons_than_that_of_the_standin_are_not_tested(fake: Path) -> None:
    use_standin(fake)
    stages = {name: target["target"] for name, target in matrix(fake).items()}
    assert stages == {"test-3-12": "not-tested", "test-3-13": "test", "test-3-14": "not-tested"}
    base = "docker-image://registry.example/python"
    assert {target["target"] for target in matrix(fake, BUILD_BASE=base).values()} == {"test"}


def matrix(folder: Path, **variables: str) -> dict[str, dict[str, str]]:
    """The definitions of the targets that run the tests on one Python each."""
    printed = definition("test-matrix", folder=folder, **variables)["target"]
    return {name: target for name, target in printed.items() if name.startswith("test-")}


def test_an_override_of_ones_own_is_left_alone(fake: Path) -> None:
    (fake / OVERRIDE).write_text("# mine\n")
    done = script("scripts/setup/base", folder=fake)
    assert done.returncode == 0
    assert (fake / OVERRIDE).read_text() == "# mine\n"

"""The scripts: their help and errors, and what they ask docker and cosign for (both are fakes)."""

import os
import shutil
from pathlib import Path

import pytest
from engine import ROOT, Completed, bake, definition, failure, run, succeed
from engine.release import commit

FOLDERS = ("scripts", "scripts/screenshots", "scripts/setup", ".ci")  # not scripts/build
NAMES = {
    str(path.relative_to(ROOT))
    for folder in FOLDERS
    for path in (ROOT / folder).iterdir()
    if path.is_file() and path.read_bytes().startswith(b"#!")
}
OVERRIDE = "docker-bake.override.hcl"
STANDIN = "oci-layout://.build/base@sha256:1"
FAKES = {
    "bin/docker": """\
case "$*" in
    version*) echo "${ENGINE-28.5.2}" ;;
    "buildx version") echo "github.com/docker/buildx ${BUILDX-v0.29.1} 0123" ;;
    "compose version"*) echo 2.40.0 ;;
    info*) echo "${STORE-io.containerd.snapshotter.v1}" ;;
    "buildx inspect"*) echo "Driver: docker" ;;
    "buildx build"*) echo "${HUB-}"; [ -z "${HUB-}" ] ;;
    *"release --push"*) echo "$METADATA" >.build/release.json ;;
    *"json .Manifest"*) printf '{\\n  "digest": "%s"\\n}\\n' "$FOUND" ;;
    *.SBOM*) for platform in linux/amd64 linux/arm64; do
        printf "$platform %s\\n" "SBOM of 9 packages" provenance
    done ;;
    *) echo "unexpected: $*" >&2; exit 99 ;;
esac""",
    "bin/cosign": 'echo "$*" >>"$(dirname "$0")/cosign.log"',
    "bin/apt-get": "exit 100",
    "bin/id": "echo 0",
    "checkout/scripts/test": 'echo "$SDLC_LENS_INSTALL_ENGINE $*"',
}
HUB = "ERROR: failed to solve: python: failed to resolve source metadata for docker.io"
ENGINE, BASE, INSTALL = (f"scripts/setup/{name}" for name in ("engine", "base", "install-engine"))
MISTAKES = [
    ("scripts/up missing", {}, ["is not a folder"]),
    ("scripts/up empty/typo", {}, ["is not a folder"]),
    ("scripts/up empty", {}, ["contains no markdown"]),
    ("scripts/up a:b", {}, ["without a colon"]),
    (ENGINE, {"ENGINE": "28.4.9"}, ["the engine is 28.4.9", "28.5 or newer", "update Docker"]),
    (ENGINE, {"BUILDX": "v0.13.1"}, ["buildx is 0.13.1", "0.29 or newer", "update Docker"]),
    (BASE, {"HUB": f"{HUB}: 429 Too Many Requests"}, ["docker login, or wait an hour"]),
    (BASE, {"HUB": f"{HUB}: i/o timeout"}, ["try again, or set a mirror in the engine"]),
    (BASE, {"HUB": f"{HUB}: 403 Forbidden"}, ["fix the cause, or set BUILD_BASE and RUNTIME_BASE"]),
    (INSTALL, {"CI": "true"}, ["nothing was changed", "--install-engine"]),
    (f"{INSTALL} --yes", {}, ["`apt-get update` failed"]),
    (INSTALL, {"SDLC_LENS_INSTALL_ENGINE": "1"}, ["`apt-get update` failed"]),
]
IMAGE, DIGEST = "registry.example/team/sdlc-lens-backend", f"sha256:{'0' * 64}"
WORKFLOW = "team/lens/.github/workflows/release.yml@refs/tags/v1.2.3"
GITHUB = {
    "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "team/lens", "GITHUB_WORKFLOW_REF": WORKFLOW,
    "GIT_REF": "refs/tags/v1.2.3", "COSIGN_KEY": "", "COSIGN_PUBLIC_KEY": "", "FOUND": DIGEST,
    "METADATA": f'"containerimage.digest": "{DIGEST}",\n"image.name": "{IMAGE}:1.2.3,{IMAGE}:1"',
}  # fmt: skip


@pytest.fixture
def fake(tmp_path: Path) -> Path:
    """A checkout without override, whose scripts find a docker that prints what a test sets."""
    folder = tmp_path / "checkout"
    for name in ("scripts", ".ci"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("Dockerfile", "docker-bake.hcl"):
        shutil.copy(ROOT / name, folder)
    for name in ("../bin", "empty", "a:b", ".build/base"):
        (folder / name).mkdir(parents=True)
    (folder / ".build/base/index.json").write_text('{"manifests":[{"digest":"sha256:1"}]}')
    for name, text in FAKES.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    return folder


def script(command: str, folder: Path = ROOT, **variables: str) -> Completed:
    """Run a script of a checkout, with the fake docker where the test has one."""
    search = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    settings = {"PATH": search, "SSL_CERT_FILE": "", "CI": "", **variables}
    return run(*command.split(), folder=folder, variables=settings)


@pytest.mark.parametrize("name", sorted({"scripts/up", "scripts/setup/engine", ".ci/run", *NAMES}))
def test_help_is_printed_and_an_unknown_option_refused(name: str) -> None:
    done = script(f"{name} --help")
    assert (done.returncode, done.stderr, done.stdout[:15]) == (0, "", "Usage: scripts/")
    done = script(f"{name} --nonsense")
    assert (done.returncode, "Usage: scripts/" in done.stderr) == (2, True)


@pytest.mark.parametrize(("command", "variables", "sentences"), MISTAKES)
def test_a_mistake_is_refused_with_its_fix(
    fake: Path, command: str, variables: dict[str, str], sentences: list[str]
) -> None:
    done = script(command, fake, **variables)
    if "no Docker engine answers" in done.stderr:
        pytest.skip("NOT TESTED: an engine is installed on Debian only")
    assert done.returncode == 1
    assert [sentence for sentence in sentences if sentence not in done.stderr] == []
    assert not (fake / OVERRIDE).exists()


def test_what_works_is_printed_in_a_line(fake: Path) -> None:
    done = script(ENGINE, fake, ENGINE="29.0.0", STORE="overlay2")
    assert "Docker 29.0.0" in done.stdout
    assert "classic image store" in done.stdout
    assert script(BASE, fake).stdout == "base      from Docker Hub\n"
    assert not (fake / OVERRIDE).exists()
    assert script(".ci/run -- -k name", fake).stdout == "1 -- -k name\n"  # with consent to install


def test_the_bundle_of_this_machine_becomes_the_secret(fake: Path, tmp_path: Path) -> None:
    (tmp_path / "bundle.crt").write_text("certificates")
    assert script(BASE, fake, SSL_CERT_FILE=str(tmp_path / "bundle.crt")).returncode == 0
    target = definition(folder=fake)["target"]["runtime-local"]
    assert target["secret"] == [{"id": "ca_bundle", "src": ".build/ca-certificates.crt"}]
    assert (fake / ".build/ca-certificates.crt").read_text() == "certificates"


@pytest.mark.parametrize("reason", ["lookup registry: no such host", "connect: connection refused"])
def test_the_standin_is_used_only_while_docker_hub_is_away(fake: Path, reason: str) -> None:
    assert f"to undo: rm {OVERRIDE}" in script(BASE, fake, HUB=f"{HUB}: {reason}").stdout
    target = definition(folder=fake)["target"]["runtime-local"]
    assert target["contexts"]["runtime-base"] == STANDIN
    assert "reachable again" in script(BASE, fake).stdout
    assert not (fake / OVERRIDE).exists()


def test_an_image_on_the_standin_needs_consent_and_its_python_alone_is_tested(fake: Path) -> None:
    assert script(BASE, fake, HUB=f"{HUB}: no such host").returncode == 0
    for target in ("runtime", "release", "oci"):
        refused = failure(bake("--print", target, folder=fake, ALLOW_STANDIN="0"))
        assert "the base is a stand-in made on this machine: set ALLOW_STANDIN=1" in refused
    given = dict.fromkeys(["BUILD_BASE", "RUNTIME_BASE"], "docker-image://a.test/python")
    for variables, base, tested in (
        ({"ALLOW_STANDIN": "1"}, STANDIN, ["3-13"]),
        ({"ALLOW_STANDIN": "0", **given}, given["RUNTIME_BASE"], ["3-12", "3-13", "3-14"]),
    ):
        printed = definition("release", "test-matrix", folder=fake, **variables)["target"]
        assert printed["release"]["contexts"]["runtime-base"] == base
        stages = {name: target.get("target") for name, target in printed.items()}
        assert [name[5:] for name, stage in stages.items() if stage == "test"] == tested


def test_an_override_of_ones_own_is_left_alone(fake: Path) -> None:
    (fake / OVERRIDE).write_text("# mine\n")
    assert script(BASE, fake).returncode == 0
    assert (fake / OVERRIDE).read_text() == "# mine\n"


def released(fake: Path, **variables: str) -> Completed:
    """What scripts/release does in the GitHub workflow."""
    succeed("git", "init", "--quiet", folder=fake)
    commit(fake, "All")
    succeed("git", "tag", "v1.2.3", folder=fake)
    return script("scripts/release", fake, **{**GITHUB, **variables})


def test_the_workflow_signs_as_itself_and_verifies_that(fake: Path) -> None:
    done = released(fake)
    assert done.returncode == 0, done.stderr
    verified = (
        f"verify --output-file /dev/null --certificate-identity-regexp ^https://github.com/{WORKFLOW}$"
        f" --certificate-oidc-issuer https://token.actions.githubusercontent.com {IMAGE}@{DIGEST}"
    )
    asked = (fake.parent / "bin/cosign.log").read_text().splitlines()
    assert asked == [f"sign --yes {IMAGE}@{DIGEST}", verified, verified]


def test_a_tag_that_was_taken_meanwhile_is_named(fake: Path) -> None:
    refused = failure(released(fake, FOUND=f"sha256:{'1' * 64}"))
    assert f"{IMAGE}:1.2.3 is not the image that was just pushed" in refused

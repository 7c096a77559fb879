"""Signing without a key, as the workflow does: what scripts/release asks cosign for.

The identity is GitHub's to give: here docker and cosign are stand-ins that note their arguments.
"""

import os
from pathlib import Path

import pytest
from engine import Completed, succeed
from engine.registry import Registry
from engine.release import Release, commit

DIGEST = f"sha256:{'0' * 64}"
IMAGE = "registry.example/team/sdlc-lens-backend"
METADATA = (
    f'{{\n  "containerimage.digest": "{DIGEST}",\n  "image.name": "{IMAGE}:1.2.3,{IMAGE}:1"\n}}'
)
PROGRAMS = {
    "cosign": 'echo "$*" >>"$(dirname "$0")/cosign.log"\n',
    "docker": f"""case "$*" in
    *"release --push"*) echo '{METADATA}' >.build/release.json ;;
    *"json .Manifest"*) printf '{{\\n  "digest": "%s"\\n}}\\n' "${{FOUND-{DIGEST}}}" ;;
    *.SBOM*) printf '%s SBOM of 9 packages\\n%s provenance\\n' \\
        linux/amd64 linux/amd64 linux/arm64 linux/arm64 ;;
    *) echo "unexpected: $*" >&2; exit 99 ;;
esac
""",
}
WORKFLOW = "team/lens/.github/workflows/release.yml@refs/tags/v1.2.3"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "team/lens",
    "GITHUB_WORKFLOW_REF": WORKFLOW,
    "GIT_REF": "refs/tags/v1.2.3",
    "COSIGN_KEY": "",
    "ALLOW_STANDIN": "",
}


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The folder of the stand-ins."""
    (folder := tmp_path / "bin").mkdir()
    for name, text in PROGRAMS.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}")
        (folder / name).chmod(0o755)
    return folder


def released(checkout: Path, programs: Path, **variables: str) -> Completed:
    """What scripts/release does in the workflow."""
    succeed("git", "init", "--quiet", folder=checkout)
    commit(checkout, "All")
    succeed("git", "tag", "v1.2.3", folder=checkout)
    release = Release(checkout, programs, Registry("registry.example/team"), "")
    search = {"PATH": f"{programs}:{os.environ['PATH']}"}
    return release.release(**{**search, **GITHUB, **variables})


def test_the_workflow_signs_as_itself_and_verifies_that(checkout: Path, programs: Path) -> None:
    done = released(checkout, programs)
    assert done.returncode == 0, done.stderr
    verified = (
        f"verify --output-file /dev/null --certificate-identity-regexp ^https://github.com/{WORKFLOW}$"
        f" --certificate-oidc-issuer https://token.actions.githubusercontent.com {IMAGE}@{DIGEST}"
    )
    asked = (programs / "cosign.log").read_text().splitlines()
    assert asked == [f"sign --yes {IMAGE}@{DIGEST}", verified, verified]


def test_a_tag_that_was_taken_meanwhile_is_named(checkout: Path, programs: Path) -> None:
    done = released(checkout, programs, FOUND=f"sha256:{'1' * 64}")
    assert done.returncode != 0
    assert f"{IMAGE}:1.2.3 is not the image that was just pushed" in done.stderr

"""Signing without a key, as the workflow does: what scripts/release asks cosign for.

The identity is GitHub's to give: here docker and cosign are stand-ins that note what they are told.
"""

import os
from pathlib import Path

import pytest
from engine import succeed
from engine.registry import Registry
from engine.release import Release, commit

DIGEST = f"sha256:{'0' * 64}"
FAKE_COSIGN = '#!/bin/sh\necho "$*" >>"$(dirname "$0")/cosign.log"\n'
FAKE_DOCKER = f"""#!/bin/sh
image=$REGISTRY/sdlc-lens-backend
case "$*" in
    *"bake --progress plain release --push"*)
        printf '{{\\n  "containerimage.digest": "{DIGEST}",\\n  "image.name": "%s"\\n}}\\n' \\
            "$image:1.2.3,$image:latest" >.build/release.json ;;
    *"json .Manifest"*) printf '{{\\n  "digest": "%s"\\n}}\\n' "${{FOUND-{DIGEST}}}" ;;
    *.SBOM*)
        for platform in linux/amd64 linux/arm64; do
            printf '%s SBOM of 9 packages\\n%s provenance\\n' $platform $platform
        done ;;
    *) echo "unexpected: $*" >&2; exit 99 ;;
esac
"""
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "team/lens",
    "GITHUB_WORKFLOW_REF": "team/lens/.github/workflows/release.yml@refs/tags/v1.2.3",
    "GIT_REF": "refs/tags/v1.2.3",
    "COSIGN_KEY": "",
    "ALLOW_STANDIN": "",
}


@pytest.fixture
def workflow(checkout: Path, tmp_path: Path) -> Release:
    """A committed checkout whose scripts find the stand-ins."""
    (tmp_path / "bin").mkdir()
    for name, text in {"cosign": FAKE_COSIGN, "docker": FAKE_DOCKER}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    succeed("git", "init", "--quiet", folder=checkout)
    commit(checkout, "All")
    return Release(checkout, tmp_path, Registry("registry.example/team"), "")


def released(workflow: Release, **variables: str) -> tuple[int, str, list[str]]:
    """The exit code of scripts/release, what it said, and what cosign was told."""
    search = {"PATH": f"{workflow.keys / 'bin'}:{os.environ['PATH']}"}
    done = workflow.release(**{**search, **GITHUB, **variables})
    log = workflow.keys / "bin" / "cosign.log"
    told = log.read_text().splitlines() if log.exists() else []
    return done.returncode, done.stdout + done.stderr, told


def test_the_workflow_signs_as_itself_and_verifies_that_it_was_itself(workflow: Release) -> None:
    code, said, told = released(workflow)
    assert code == 0, said
    image = f"registry.example/team/sdlc-lens-backend@{DIGEST}"
    assert told[0] == f"sign --yes {image}"
    identity = f"^https://github.com/{GITHUB['GITHUB_WORKFLOW_REF']}$"
    issuer = "https://token.actions.githubusercontent.com"
    assert (
        told[1:]
        == [
            f"verify --output-file /dev/null --certificate-identity-regexp {identity}"
            f" --certificate-oidc-issuer {issuer} {image}"
        ]
        * 2
    )


def test_a_tag_that_was_taken_meanwhile_is_told(workflow: Release) -> None:
    code, said, _ = released(workflow, FOUND=f"sha256:{'1' * 64}")
    assert code != 0
    assert "sdlc-lens-backend:1.2.3 is not the image that was just pushed" in said

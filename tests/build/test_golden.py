"""What `bake --print` says in each situation, held against files.

SDLC_LENS_WRITE_GOLDEN=1 writes them anew: read the difference before you commit it.
"""

import json
import os
from pathlib import Path

import pytest
from engine import bake

GOLDEN = Path(__file__).parent / "golden"
TEAM = {"REGISTRY": "ghcr.io/team"}
SITUATIONS: dict[str, tuple[str, dict[str, str]]] = {
    "plain": ("default", {}),
    "validate": ("validate", {}),
    "tag": ("release", TEAM | {"GIT_REF": "refs/tags/v1.2.3"}),
    "pre-release": ("release", TEAM | {"GIT_REF": "refs/tags/v1.2.3-rc.1"}),
    "older-line": ("release", TEAM | {"GIT_REF": "refs/tags/v1.1.9", "LATEST": "false"}),
    "branch": ("runtime", TEAM | {"GIT_REF": "refs/heads/feature/search"}),
    "pull-request": ("runtime", TEAM | {"GIT_REF": "refs/pull/7/merge"}),
    "several-registries": ("runtime", {"REGISTRY": "ghcr.io/team,127.0.0.1:5000", "VERSION": "2"}),
    "other-python": ("runtime-local", {"PYTHON_VERSION": "3.14"}),
    "air-gap": (
        "runtime",
        TEAM | {
            "BUILD_BASE": "oci-layout://.build/base", "RUNTIME_BASE": "oci-layout://.build/base",
            "CA_BUNDLE": "LICENSE", "PIP_CONFIG": "LICENSE",
        },
    ),
    "cache": ("runtime", TEAM | {"CACHE": "ghcr.io/team/cache"}),
    "oci": ("oci", {"COMPRESSION": "zstd"}),
    "one-platform": ("oci", {"PLATFORMS": "linux/arm64"}),
    "facts": (
        "release",
        TEAM | {
            "VERSION": "1.2.3", "SOURCE_DATE_EPOCH": "1700000000", "SOURCE_REVISION": "1" * 40,
            "SOURCE_VERSION": "1.2.2-3-g1111111", "HEAD_REVISION": "2" * 40,
            "SOURCE_URL": "https://example.org/lens", "BASE_NAME": "python:3.12-slim@sha256:abc",
            "SBOM_GENERATOR": "ghcr.io/team/scanner",
        },
    ),
    "metadata-action": ("runtime", {}),
}  # fmt: skip
HOOK = {
    "target": {
        "docker-metadata-action": {
            "tags": ["ghcr.io/team/lens:9", "ghcr.io/team/lens:edge"],
            "labels": {
                "org.opencontainers.image.title": "another title",
                "org.opencontainers.image.created": "2030-01-01T00:00:00Z",
                "com.example.own": "kept",
            },
            "annotations": ["index:com.example.own=kept"],
        }
    }
}


def printed(folder: Path, situation: str) -> str:
    """What bake prints, by a definition alone: no override of this machine."""
    target, variables = SITUATIONS[situation]
    (folder / "docker-bake.override.hcl").unlink(missing_ok=True)
    files = []
    if situation == "metadata-action":
        (folder / "hook.json").write_text(json.dumps(HOOK))
        files = ["--file=docker-bake.hcl", "--file=hook.json"]
    done = bake(*files, "--print", target, folder=folder, **({"ALLOW_STANDIN": ""} | variables))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_definition_is_as_recorded(checkout: Path, situation: str) -> None:
    golden = GOLDEN / f"{situation}.json"
    found = printed(checkout, situation)
    if os.environ.get("SDLC_LENS_WRITE_GOLDEN"):
        golden.write_text(found)
    assert json.loads(found) == json.loads(golden.read_text())


def test_our_labels_win_over_the_metadata_actions(checkout: Path) -> None:
    labels = json.loads(printed(checkout, "metadata-action"))["target"]["runtime"]["labels"]
    assert labels["org.opencontainers.image.title"] == "SDLC Lens"
    assert labels["org.opencontainers.image.created"] == "1970-01-01T00:00:00Z"
    assert labels["com.example.own"] == "kept"


def test_every_recorded_situation_is_tested() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(SITUATIONS)

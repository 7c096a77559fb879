"""What the bake file defines in telling situations, held against files.

SDLC_LENS_WRITE_GOLDEN=1 writes the files: read the differences before you commit them.
The folder metadata-action holds the files that docker/metadata-action writes, one for each output.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from engine.definitions import Call, definitions, listed

GOLDEN = Path(__file__).parent / "golden"
RELEASE = {
    "REGISTRY": "ghcr.io/MyOrg,127.0.0.1:5000", "VERSION": "1.2.3", "CACHE_WRITE": "1",
    "CACHE": "ghcr.io/MyOrg/Lens/cache", "SBOM_GENERATOR": "ghcr.io/team/scanner",
    "SOURCE_DATE_EPOCH": "1700000000", "SOURCE_REVISION": "1" * 40,
    "SOURCE_VERSION": "1.2.2-3-g1111111", "SOURCE_URL": "https://example.org/lens",
}  # fmt: skip
PRIVATE = {
    "BUILD_BASE": "oci-layout://.build/base", "RUNTIME_BASE": "docker-image://a.test/python:3.12",
    "CA_BUNDLE": "LICENSE", "PIP_CONFIG": "LICENSE", "CACHE": "./cache",
}  # fmt: skip


def beside(*outputs: str) -> Call:
    """The call that docker/bake-action makes with outputs of docker/metadata-action."""
    files = [f"--file=tests/build/metadata-action/{output}.json" for output in outputs]
    return " ".join([*files, "runtime"]), {}


SITUATIONS: dict[str, Call] = {
    "release": ("release", RELEASE),
    "private-network": ("default oci audit", PRIVATE),
    "other-python": ("default", {"PYTHON_VERSION": "3.14"}),
    "oci-zstd-one-platform": ("oci", {"PLATFORMS": "linux/arm64", "COMPRESSION": "zstd"}),
    "metadata-action-tags": beside("tags"),
    "metadata-action-labels": beside("labels"),
    "metadata-action-annotations": beside("annotations"),
    "metadata-action": beside("tags", "labels", "annotations"),
    "metadata-action-reversed": beside("annotations", "labels", "tags"),
}


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What is defined in each situation; without descriptions, and digests of bases."""
    calls = {"every-target": (" ".join(listed("targets")), {}), **SITUATIONS}
    text = json.dumps(dict(zip(calls, definitions(*calls.values()), strict=True)))
    text = re.sub("@sha256:[0-9a-f]{64}", "@sha256:DIGEST", text)
    return json.loads(re.sub(r'"description": "[^"]*", ', "", text))  # type: ignore[no-any-return]


def test_the_definitions_are_as_recorded(found: dict[str, Any]) -> None:
    if os.environ.get("SDLC_LENS_WRITE_GOLDEN"):
        for name, definition in found.items():
            (GOLDEN / f"{name}.json").write_text(json.dumps(definition, indent=2) + "\n")
    assert found == {file.stem: json.loads(file.read_text()) for file in GOLDEN.iterdir()}


def test_our_labels_and_annotations_win_over_the_metadata_actions(found: dict[str, Any]) -> None:
    target = found["metadata-action"]["target"]["runtime"]
    annotations = dict(line.split("=", 1) for line in target["annotations"])  # the last one counts
    for key, value in {"title": "SDLC Lens", "url": "https://a.test"}.items():
        name = f"org.opencontainers.image.{key}"
        assert annotations[f"index:{name}"] == target["labels"][name] == value

"""What the bake file defines in telling situations, held against files.

SDLC_LENS_WRITE_GOLDEN=1 writes the files: read the differences before you commit them.
"""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from engine.definitions import Call, definitions, listed

GOLDEN = Path(__file__).parent / "golden"
TITLE, URL = "org.opencontainers.image.title", "org.opencontainers.image.url"
CREATED = "org.opencontainers.image.created"
# The files that the metadata action writes, one for each of its outputs bake-file-*.
ACTION: dict[str, dict[str, Any]] = {
    "tags": {
        "tags": ["ghcr.io/team/lens:9", "ghcr.io/team/lens:edge"],
        "args": {"DOCKER_META_IMAGES": "ghcr.io/team/lens", "DOCKER_META_VERSION": "9"},
    },
    "labels": {"labels": {TITLE: "lens", URL: "https://a.test", CREATED: "2030-01-01T00:00:00Z"}},
    "annotations": {
        "annotations": [
            *(f"manifest:{TITLE}=lens", f"manifest:{URL}=https://a.test"),
            *(f"index:{TITLE}=lens", f"index:{URL}=https://a.test"),
        ]
    },
}
RELEASE = {
    "REGISTRY": "ghcr.io/MyOrg,127.0.0.1:5000", "VERSION": "1.2.3", "CACHE_WRITE": "1",
    "CACHE": "ghcr.io/MyOrg/Lens/cache", "SBOM_GENERATOR": "ghcr.io/team/scanner",
    "SOURCE_DATE_EPOCH": "1700000000", "SOURCE_REVISION": "1" * 40,
    "SOURCE_VERSION": "1.2.2-3-g1111111", "SOURCE_URL": "https://example.org/lens",
}  # fmt: skip
PRIVATE = {
    "BUILD_BASE": "oci-layout://.build/base", "RUNTIME_BASE": "docker-image://a.example/python:3.12",
    "CA_BUNDLE": "LICENSE", "PIP_CONFIG": "LICENSE", "CACHE": "./cache",
}  # fmt: skip
ORDERS = [
    *(["tags"], ["labels"], ["annotations"]),
    *(["tags", "labels", "annotations"], ["annotations", "labels", "tags"]),
]
SITUATIONS: dict[str, Call] = {
    "every-target": (" ".join(listed("targets")), {}),
    "release": ("release", RELEASE),
    "private-network": ("default oci audit", PRIVATE),
    "other-python": ("default", {"PYTHON_VERSION": "3.14"}),
    "oci-zstd-one-platform": ("oci", {"PLATFORMS": "linux/arm64", "COMPRESSION": "zstd"}),
}


def metadata_action(files: Sequence[str], folder: Path) -> Call:
    """The call that docker/bake-action makes with files of docker/metadata-action."""
    for name in files:
        content = {"target": {"docker-metadata-action": ACTION[name]}}
        (folder / name).write_text(json.dumps(content))
    return " ".join([*(f"--file={folder / name}" for name in files), "runtime"]), {}


def without_details(definition: object) -> Any:
    """A definition without descriptions, and without digests of bases, which are often renewed."""
    text = re.sub("@sha256:[0-9a-f]{64}", "@sha256:DIGEST", json.dumps(definition))
    return json.loads(
        text, object_hook=lambda entries: {k: v for k, v in entries.items() if k != "description"}
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Any]]:
    """The name of each situation and what is defined in it."""
    folder = tmp_path_factory.mktemp("metadata-action")
    names = [*SITUATIONS, *("-".join(["metadata", *sorted(files)]) for files in ORDERS)]
    calls = [*SITUATIONS.values(), *(metadata_action(files, folder) for files in ORDERS)]
    return list(zip(names, map(without_details, definitions(*calls)), strict=True))


def test_the_definitions_are_as_recorded(found: list[tuple[str, Any]]) -> None:
    for name, definition in found:
        file = GOLDEN / f"{name}.json"
        if os.environ.get("SDLC_LENS_WRITE_GOLDEN"):
            file.write_text(json.dumps(definition, indent=2) + "\n")
        assert definition == json.loads(file.read_text()), name
    assert {file.stem for file in GOLDEN.iterdir()} == {name for name, _ in found}


def test_our_labels_and_annotations_win_over_the_metadata_actions(
    found: list[tuple[str, Any]],
) -> None:
    target = found[-1][1]["target"]["runtime"]
    annotations = dict(line.split("=", 1) for line in target["annotations"])  # the last one counts
    for key, value in {TITLE: "SDLC Lens", URL: "https://a.test"}.items():
        assert annotations[f"index:{key}"] == target["labels"][key] == value
    assert target["tags"] == ACTION["tags"]["tags"]

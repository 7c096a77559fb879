"""An OCI layout, packed as tar: what its manifests say."""

import json
import tarfile
from pathlib import Path
from typing import Any


def layers(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The descriptors of the layers of each platform, the base's first."""
    with tarfile.open(path) as layout:
        (index,) = _read(layout, "index.json")["manifests"]
        return {
            image["platform"]["architecture"]: _blob(layout, image)["layers"]
            for image in _blob(layout, index)["manifests"]
        }


def _blob(layout: tarfile.TarFile, descriptor: dict[str, Any]) -> Any:
    return _read(layout, "blobs/" + descriptor["digest"].replace(":", "/"))


def _read(layout: tarfile.TarFile, name: str) -> Any:
    file = layout.extractfile(name)
    assert file, name
    return json.load(file)

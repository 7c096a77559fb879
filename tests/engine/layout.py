"""An OCI layout, packed as tar: what its manifests say."""

import json
import tarfile
from pathlib import Path
from typing import Any


def layers(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The descriptors of the layers of each platform, the base's first."""
    with tarfile.open(path) as layout:

        def read(name: str) -> Any:
            file = layout.extractfile(name)
            assert file, name
            return json.load(file)

        def blob(descriptor: dict[str, Any]) -> Any:
            return read("blobs/" + descriptor["digest"].replace(":", "/"))

        (index,) = read("index.json")["manifests"]
        images = blob(index)["manifests"]
        return {image["platform"]["architecture"]: blob(image)["layers"] for image in images}

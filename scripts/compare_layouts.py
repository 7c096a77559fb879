"""Says in what two OCI layouts, packed as tar, differ: down to the file in the layer."""

import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Iterator
from typing import Any

Blobs = dict[str, bytes]
Facts = dict[str, str]


def blobs(path: str) -> Blobs:
    """The files of a packed layout by their last name: blobs by digest, and index.json."""
    with tarfile.open(path) as archive:
        return {
            member.name.rpartition("/")[2]: extracted.read()
            for member in archive
            if (extracted := archive.extractfile(member))
        }


def manifests(layout: Blobs) -> dict[str, Any]:
    """The manifest of each platform."""
    (top,) = json.loads(layout["index.json"])["manifests"]
    index = json.loads(layout[top["digest"].partition(":")[2]])
    return {
        f"{entry['platform']['os']}/{entry['platform']['architecture']}": json.loads(
            layout[entry["digest"].partition(":")[2]]
        )
        for entry in index["manifests"]
    }


def files(layer: bytes) -> Facts:
    """What a layer says of each of its files, in one line; one packed with zstd is not unpacked."""
    try:
        with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
            return {member.name: told(archive, member) for member in archive}
    except tarfile.ReadError:
        return {"as a whole (with COMPRESSION=gzip: by file)": hashlib.sha256(layer).hexdigest()}


def told(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    """Mode, owner, time, link and content of one file."""
    content = archive.extractfile(member)
    digest = hashlib.sha256(content.read()).hexdigest()[:12] if content else member.linkname
    return f"{member.mode:o} {member.uid}:{member.gid} {member.mtime} {digest}"


def configuration(layout: Blobs, manifest: dict[str, Any]) -> Facts:
    """The top-level entries of a platform's configuration."""
    digest = manifest["config"]["digest"].partition(":")[2]
    return {key: json.dumps(value) for key, value in json.loads(layout[digest]).items()}


def differences(one: Facts, other: Facts) -> Iterator[str]:
    """A line for each entry that is not the same in both."""
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield f"{name}: {one.get(name, 'missing')} | {other.get(name, 'missing')}"


def annotations(layout: Blobs) -> Facts:
    """What the index tells of itself."""
    (top,) = json.loads(layout["index.json"])["manifests"]
    told: Facts = json.loads(layout[top["digest"].partition(":")[2]]).get("annotations", {})
    return told


def compare(one: Blobs, other: Blobs) -> Iterator[str]:
    """Every difference of two layouts, the place before it."""
    for line in differences(annotations(one), annotations(other)):
        yield f"index annotation {line}"
    others = manifests(other)
    for platform, manifest in manifests(one).items():
        told_here = configuration(one, manifest)
        for line in differences(told_here, configuration(other, others[platform])):
            yield f"{platform} configuration {line}"
        pairs = zip(manifest["layers"], others[platform]["layers"], strict=False)
        for number, (layer, its_pair) in enumerate(pairs, 1):
            if layer["digest"] != its_pair["digest"]:
                left, right = (
                    files(layout[entry["digest"].partition(":")[2]])
                    for layout, entry in ((one, layer), (other, its_pair))
                )
                for line in differences(left, right):
                    yield f"{platform} layer {number} {line}"


def main(one: str, other: str) -> int:
    """Print the differences; 1 when there are any."""
    found = list(compare(blobs(one), blobs(other)))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

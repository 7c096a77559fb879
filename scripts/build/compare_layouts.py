"""Says in what two OCI layouts, packed as tar, differ: down to the file in the layer."""

import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Iterator
from itertools import zip_longest
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


def blob(layout: Blobs, descriptor: dict[str, Any]) -> bytes:
    """What a descriptor names; nothing for the layer that one platform has less."""
    return layout[descriptor["digest"].partition(":")[2]] if descriptor else b""


def index(layout: Blobs) -> dict[str, Any]:
    """The index of all platforms."""
    (top,) = json.loads(layout["index.json"])["manifests"]
    found: dict[str, Any] = json.loads(blob(layout, top))
    return found


def manifests(layout: Blobs) -> dict[str, Any]:
    """The manifest of each platform."""
    return {
        "{os}/{architecture}".format(**entry["platform"]): json.loads(blob(layout, entry))
        for entry in index(layout)["manifests"]
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
    entries = json.loads(blob(layout, manifest["config"])).items()
    return {key: json.dumps(value) for key, value in entries}


def differences(place: str, one: Facts, other: Facts) -> Iterator[str]:
    """A line for each entry that is not the same in both."""
    for name in sorted(one.keys() | other.keys()):
        if one.get(name) != other.get(name):
            yield f"{place} {name}: {one.get(name, 'missing')} | {other.get(name, 'missing')}"


def compare(one: Blobs, other: Blobs) -> Iterator[str]:
    """Every difference of two layouts, the place before it."""
    told_here, told_there = (index(layout).get("annotations", {}) for layout in (one, other))
    yield from differences("index annotation", told_here, told_there)
    for platform, left in manifests(one).items():
        right = manifests(other)[platform]
        sides = configuration(one, left), configuration(other, right)
        yield from differences(f"{platform} configuration", *sides)
        none: dict[str, Any] = {}
        pairs = zip_longest(left["layers"], right["layers"], fillvalue=none)
        for number, (here, there) in enumerate(pairs, 1):
            if here.get("digest") != there.get("digest"):
                place = f"{platform} layer {number}"
                sides = files(blob(one, here)), files(blob(other, there))
                # A digest also tells the order of files, and how they are packed.
                yield from [*differences(place, *sides)] or [f"{place}: same files"]


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: compare_layouts.py LAYOUT LAYOUT (packed as tar); exit 1: they differ")
    found = list(compare(*map(blobs, sys.argv[1:])))
    print("".join(f"{line}\n" for line in found), end="")
    sys.exit(1 if found else 0)

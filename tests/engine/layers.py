"""Layers of an image: files by path; shared libraries by machine and needs."""

import io
import json
import tarfile
from pathlib import Path
from struct import iter_unpack, unpack_from
from typing import Any

MACHINES = {"linux/amd64": 62, "linux/arm64": 183}
LOAD, DYNAMIC = 1, 2
NEEDED, STRING_TABLE = 1, 5


def layers(layout: Path) -> dict[str, list[dict[str, Any]]]:
    """The descriptors of the layers of each platform of an OCI layout, packed as tar."""
    with tarfile.open(layout) as tar:

        def read(name: str) -> Any:
            file = tar.extractfile(name)
            assert file, name
            return json.load(file)

        def blob(descriptor: dict[str, Any]) -> Any:
            return read("blobs/" + descriptor["digest"].replace(":", "/"))

        (index,) = read("index.json")["manifests"]
        images = blob(index)["manifests"]
        return {image["platform"]["architecture"]: blob(image)["layers"] for image in images}


def files(layer: bytes) -> dict[str, bytes]:
    """The regular files of a layer's tar, by path."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        found = {member.name: tar.extractfile(member) for member in tar if member.isfile()}
        return {name.removeprefix("./"): file.read() for name, file in found.items() if file}


def library_names(layer: bytes) -> set[str]:
    """The names under which a layer's tar holds shared libraries, links among them."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        names = [member.name.rpartition("/")[2] for member in tar if not member.isdir()]
    return {name for name in names if ".so" in name}


def shared_library(content: bytes) -> tuple[int, set[str]]:
    """An ELF file's machine (EM_* number), and the libraries that it asks for by name."""
    assert content[:6] == b"\x7fELF\x02\x01", "not a 64-bit little-endian ELF file"
    (machine,), (table,) = unpack_from("<H", content, 18), unpack_from("<Q", content, 32)
    size, count = unpack_from("<HH", content, 54)
    segments = [unpack_from("<IIQQQQ", content, table + size * n) for n in range(count)]
    (start, length) = next((s[2], s[5]) for s in segments if s[0] == DYNAMIC)
    entries = list(iter_unpack("<qQ", content[start : start + length // 16 * 16]))
    address = dict(entries)[STRING_TABLE]
    loaded = [(s[2], s[3], s[5]) for s in segments if s[0] == LOAD]  # offset, address, size
    strings = next(address - at + offset for offset, at, n in loaded if at <= address < at + n)
    names = [
        content[strings + value :].split(b"\0", 1)[0] for tag, value in entries if tag == NEEDED
    ]
    return machine, {name.decode() for name in names}

"""Layers of an image: files by path; shared libraries by machine and needs."""

import io
import struct
import tarfile
from dataclasses import dataclass

MACHINES = {"linux/amd64": 62, "linux/arm64": 183}
_LOAD, _DYNAMIC = 1, 2
_NEEDED, _STRING_TABLE = 1, 5


@dataclass(frozen=True)
class SharedLibrary:
    """An ELF file's machine (EM_* number) and the libraries that it asks for by name."""

    machine: int
    needed: tuple[str, ...]


def files(layer: bytes) -> dict[str, bytes]:
    """The regular files of a layer's tar, by path."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        for member in tar:
            if member.isfile() and (content := tar.extractfile(member)):
                found[member.name.removeprefix("./")] = content.read()
    return found


def library_names(layer: bytes) -> set[str]:
    """The names under which a layer's tar holds shared libraries, links among them."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        paths = [member.name for member in tar if not member.isdir()]
    return {name for path in paths if ".so" in (name := path.rpartition("/")[2])}


def shared_library(content: bytes) -> SharedLibrary:
    """Read an ELF file: 64 bits, little-endian, as both platforms have it."""
    assert content[:6] == b"\x7fELF\x02\x01", "not a 64-bit little-endian ELF file"
    (machine,) = struct.unpack_from("<H", content, 18)
    segments = _segments(content)
    entries = _dynamic_entries(content, segments)
    (table,) = [value for tag, value in entries if tag == _STRING_TABLE]
    strings = _offset(table, segments)
    needed = [_text(content, strings + value) for tag, value in entries if tag == _NEEDED]
    return SharedLibrary(machine, tuple(needed))


def _segments(content: bytes) -> list[tuple[int, int, int, int]]:
    """Type, offset, address and size of every program header."""
    (start,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    found = []
    for position in range(start, start + size * count, size):
        kind, _, offset, address, _, in_file = struct.unpack_from("<IIQQQQ", content, position)
        found.append((kind, offset, address, in_file))
    return found


def _dynamic_entries(
    content: bytes, segments: list[tuple[int, int, int, int]]
) -> list[tuple[int, int]]:
    _, offset, _, size = next(segment for segment in segments if segment[0] == _DYNAMIC)
    return list(struct.iter_unpack("<qQ", content[offset : offset + size // 16 * 16]))


def _offset(address: int, segments: list[tuple[int, int, int, int]]) -> int:
    """Where in the file the byte lies that is loaded at this address."""
    return next(
        address - start + offset
        for kind, offset, start, size in segments
        if kind == _LOAD and start <= address < start + size
    )


def _text(content: bytes, start: int) -> str:
    return content[start : content.index(b"\0", start)].decode()

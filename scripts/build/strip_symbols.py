"""Cuts symbols and debug data off the shared libraries of a folder, of whatever 64-bit platform.

The loader reads an ELF file by its segments. What stands behind the last loaded segment (symbol
and string tables for linkers and debuggers, and the section headers that list them) is left off,
as `strip` does where it knows the platform. Layout: System V ABI, ELF header and program header.
"""

import struct
import sys
from pathlib import Path

MAGIC = b"\x7fELF\x02\x01"
PROGRAM_HEADER_OFFSET, SECTION_HEADER_OFFSET = 32, 40
PROGRAM_HEADER_SIZE_AND_COUNT, SECTION_HEADER_SIZE_COUNT_NAMES = 54, 58
LOADED = 1


def loaded_size(content: bytes) -> int:
    """How many bytes of an ELF file its loaded segments reach."""
    (start,) = struct.unpack_from("<Q", content, PROGRAM_HEADER_OFFSET)
    size, count = struct.unpack_from("<HH", content, PROGRAM_HEADER_SIZE_AND_COUNT)
    ends: list[int] = []
    for position in range(start, start + size * count, size):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", content, position)
        if kind == LOADED:
            ends.append(offset + length)
    return max(ends)


def stripped(content: bytes) -> bytes:
    """An ELF file without what is behind its loaded segments."""
    kept = bytearray(content[: loaded_size(content)])
    struct.pack_into("<Q", kept, SECTION_HEADER_OFFSET, 0)
    struct.pack_into("<HHH", kept, SECTION_HEADER_SIZE_COUNT_NAMES, 0, 0, 0)
    return bytes(kept)


def main(folder: str) -> None:
    """Strip every shared library below a folder."""
    for path in sorted(Path(folder).rglob("*.so*")):
        content = path.read_bytes()
        if content.startswith(MAGIC):
            path.write_bytes(stripped(content))


if __name__ == "__main__":
    main(*sys.argv[1:])

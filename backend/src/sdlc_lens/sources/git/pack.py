"""Unpacks the objects of a pack while it arrives (gitformat-pack)."""

import zlib
from collections.abc import Iterator

from sdlc_lens.remote_errors import CorruptAnswer
from sdlc_lens.sources.git.objects import Entry, Objects

_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFFSET_DELTA, _ID_DELTA = 6, 7
_PIECE = 16 * 1024
_MOST_DELTA_BYTES = 16 * 2**20
_MOST_WHOLE_BYTES = 8 * 2**20
"""Up to this size, the base of a delta is read at once."""


def unpack(pack: Iterator[bytes], objects: Objects) -> None:
    """Add the objects of PACK, read to its end, to OBJECTS.

    Raises: CorruptAnswer, RepositoryTooLarge.
    """
    stream = _Stream(pack, objects)
    header = stream.take(12)
    if header[:4] != b"PACK" or header[4:8] not in (b"\0\0\0\2", b"\0\0\0\3"):
        raise _malformed()
    count = int.from_bytes(header[8:])
    objects.budget.add_objects(count)
    entries: dict[int, Entry] = {}
    for _ in range(count):
        start = stream.position
        entries[start] = _unpack_next(stream, objects, entries, start)
    stream.finish()


def _unpack_next(
    stream: "_Stream", objects: Objects, entries: dict[int, Entry], start: int
) -> Entry:
    kind, size = stream.take_header()
    objects.budget.unpack(size)
    if kind in _KINDS:
        return objects.add(_KINDS[kind], size, stream.inflate(size))
    if kind == _OFFSET_DELTA:
        base = entries.get(start - stream.take_offset())
    elif kind == _ID_DELTA:
        base = objects[stream.take(objects.id_bytes).hex()]
    else:
        raise _malformed()
    if base is None or size > _MOST_DELTA_BYTES:
        raise _malformed()
    delta = b"".join(stream.inflate(size))
    base_size, at = _read_size(delta, 0)
    result_size, at = _read_size(delta, at)
    if base_size != base.size:
        raise _malformed()
    objects.budget.unpack(result_size)
    return objects.add(base.kind, result_size, _patched(delta, at, base, objects, result_size))


def _patched(
    delta: bytes, at: int, base: Entry, objects: Objects, result_size: int
) -> Iterator[bytes]:
    """What DELTA makes of its base: pieces that are copied from there, and pieces of its own."""
    whole = objects.part(base, 0, base.size) if base.size <= _MOST_WHOLE_BYTES else None
    left = result_size
    while at < len(delta):
        operation = delta[at]
        if operation & 0x80:
            offset, size, at = _read_copy(delta, at)
            piece = (
                objects.part(base, offset, size) if whole is None else whole[offset : offset + size]
            )
        else:
            size = operation
            piece = delta[at + 1 : at + 1 + size]
            at += 1 + size
        left -= size
        if not size or len(piece) < size or left < 0:
            raise _malformed()
        yield piece
    if left:
        raise _malformed()


def _read_copy(delta: bytes, at: int) -> tuple[int, int, int]:
    """Offset and size of the piece to copy that the operation at AT names, and where it ends.

    Its bits say which bytes of the two follow, the lowest first.
    """
    operation = delta[at]
    value = 0
    for bit in range(7):
        if operation & 1 << bit:
            at += 1
            if at == len(delta):
                raise _malformed()
            value |= delta[at] << 8 * bit
    return value & 0xFFFFFFFF, value >> 32 or 0x10000, at + 1


def _read_size(data: bytes, at: int) -> tuple[int, int]:
    """The number at AT, in groups of seven bits, the lowest first; and where it ends."""
    value = shift = 0
    while at < len(data) and shift < 63:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at
    raise _malformed()


class _Stream:
    """The bytes of a pack, hashed as they are taken."""

    def __init__(self, pack: Iterator[bytes], objects: Objects) -> None:
        self.position = 0
        self._pack = pack
        self._chunk = b""
        self._at = 0
        self._digest = objects.new_hash()

    def take(self, size: int) -> bytes:
        """The next SIZE bytes."""
        taken = b""
        while len(taken) < size:
            taken += self._consume(len(self._peek(size - len(taken))))
        return taken

    def take_header(self) -> tuple[int, int]:
        """An object's type and size."""
        byte = self.take(1)[0]
        kind, size, shift = byte >> 4 & 7, byte & 15, 4
        while byte & 0x80:
            if shift > 56:
                raise _malformed()
            byte = self.take(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
        return kind, size

    def take_offset(self) -> int:
        """How far before a delta its base begins."""
        byte = self.take(1)[0]
        offset = byte & 0x7F
        while byte & 0x80:
            if offset > 1 << 56:
                raise _malformed()
            byte = self.take(1)[0]
            offset = (offset + 1 << 7) | (byte & 0x7F)
        return offset

    def inflate(self, size: int) -> Iterator[bytes]:
        """The SIZE bytes that are compressed next, and no byte more."""
        inflater = zlib.decompressobj()
        left = size
        while not inflater.eof:
            piece = self._peek(_PIECE)
            try:
                data = inflater.decompress(piece, left + 1)
            except zlib.error as error:
                raise _malformed() from error
            self._consume(len(piece) - len(inflater.unused_data) - len(inflater.unconsumed_tail))
            left -= len(data)
            if left < 0:
                raise _malformed()
            if data:
                yield data
        if left:
            raise _malformed()

    def finish(self) -> None:
        """Require the pack's hash and its end."""
        expected = self._digest.digest()
        if self.take(len(expected)) != expected or self._at < len(self._chunk):
            raise _malformed()
        if next(self._pack, None) is not None:
            raise _malformed()

    def _peek(self, most: int) -> bytes:
        if self._at == len(self._chunk):
            self._chunk, self._at = next(self._pack, b""), 0
            if not self._chunk:
                raise _malformed()
        return self._chunk[self._at : self._at + most]

    def _consume(self, size: int) -> bytes:
        taken = self._chunk[self._at : self._at + size]
        self._digest.update(taken)
        self._at += size
        self.position += size
        return taken


def _malformed() -> CorruptAnswer:
    return CorruptAnswer("the pack that the server sent is cut off or corrupt. Sync again")

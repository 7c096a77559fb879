"""Git objects, unpacked into a temporary file without a name: it ends with the process."""

import hashlib
import os
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sdlc_lens.remote_errors import CorruptAnswer
from sdlc_lens.sources.git.limits import Budget

FORMATS: dict[str, Callable[[], "hashlib._Hash"]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
    "sha256": hashlib.sha256,
}
"""The hash that makes the ids, by the name of the repository's object format."""


class Entry(NamedTuple):
    """An object: its kind, and where its content is in the file."""

    kind: str
    start: int
    size: int


class Objects:
    """What one exchange has received, by ids that were computed here from the contents."""

    def __init__(self, folder: Path, object_format: str, budget: Budget) -> None:
        self.new_hash = FORMATS[object_format]
        self.id_bytes = self.new_hash().digest_size
        self.budget = budget
        self._entries: dict[str, Entry] = {}
        self._end = 0
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        # A sync that was stopped leaves its thread, and this, to themselves.
        weakref.finalize(self, self._file.close)

    def __contains__(self, object_id: str) -> bool:
        return object_id in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __getitem__(self, object_id: str) -> Entry:
        """Raises: CorruptAnswer, for an object that has not been received."""
        try:
            return self._entries[object_id]
        except KeyError as error:
            raise CorruptAnswer(
                f"the server did not send object {object_id}. Sync again"
            ) from error

    def add(self, kind: str, size: int, content: Iterable[bytes]) -> Entry:
        """Store an object whose CONTENT has SIZE bytes."""
        digest = self.new_hash()
        digest.update(b"%s %d\0" % (kind.encode(), size))
        for piece in content:
            digest.update(piece)
            self._file.write(piece)
        entry = self._entries[digest.hexdigest()] = Entry(kind, self._end, size)
        self._end += size
        return entry

    def keep(self, blob: bytes) -> None:
        """Store a blob that was received earlier."""
        self.add("blob", len(blob), [blob])

    def part(self, entry: Entry, offset: int, size: int) -> bytes:
        """SIZE bytes of an object's content, from OFFSET."""
        return os.pread(self._file.fileno(), size, entry.start + offset)

    def read(self, object_id: str, kind: str) -> bytes:
        """The content of an object of this KIND.

        Raises: CorruptAnswer.
        """
        entry = self[object_id]
        if entry.kind != kind:
            raise CorruptAnswer(f"object {object_id} is not a {kind}. Sync again")
        return self.part(entry, 0, entry.size)

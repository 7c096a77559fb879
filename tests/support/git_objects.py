"""A git repository made without git: objects, packs, and the answers of a server (protocol v2)."""

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

FILE, LINK, SUBMODULE, TREE = "100644", "120000", "160000", "40000"
KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}

Content = str | bytes | tuple[str, str | bytes]
"""What is at a path; anything but a plain file as its mode and content."""


class Repository:
    """One branch, `main`, and the objects of all its commits."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[str, bytes]] = {}
        self.refs: dict[str, str] = {}

    def commit(
        self,
        files: Mapping[str, Content],
        branch: str = "main",
        when: int = 1767323045,
        *,
        author: str = "Ada",
        subject: str = "Text",
        parents: Sequence[str] | None = None,
    ) -> str:
        """Make FILES the contents of the branch; the id of the commit, which follows the branch's
        last one, or PARENTS.
        """
        ref = f"refs/heads/{branch}"
        if parents is None:
            parents = [self.refs[ref]] if ref in self.refs else []
        lines = [f"tree {self._add_tree(files)}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {author} <a@example.org> {when} +0000"]
        lines += [f"committer Ada <ada@example.org> {when} +0000", "", subject, ""]
        self.refs[ref] = self.add("commit", "\n".join(lines).encode())
        return self.refs[ref]

    def add(self, kind: str, content: bytes) -> str:
        """Add an object; its id."""
        head = f"{kind} {len(content)}\0".encode()
        object_id = hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
        self.objects[object_id] = (kind, content)
        return object_id

    def answer(self, request: bytes) -> bytes:
        """What a server answers to a request of protocol v2."""
        lines = [line.decode().rstrip("\n") for line in packets(request) if line]
        if "command=ls-refs" in lines:
            return self._ls_refs([line[11:] for line in lines if line.startswith("ref-prefix ")])
        wants = [line[5:] for line in lines if line.startswith("want ")]
        filters = [line[7:] for line in lines if line.startswith("filter ")]
        depths = [int(line[7:]) for line in lines if line.startswith("deepen ")]
        haves = [line[5:] for line in lines if line.startswith("have ")]
        found = dict.fromkeys(self._with_parents(wants, (depths or [1])[0], haves))
        for want in list(found):
            self._add_below(want, (filters or [""])[0], found)
        return in_packets(pack([self.objects[name] for name in found]))

    def _ls_refs(self, prefixes: Iterable[str]) -> bytes:
        refs = {"HEAD": self.refs["refs/heads/main"], **self.refs}
        lines = [
            f"{commit} {name}\n"
            for name, commit in refs.items()
            if name.startswith(tuple(prefixes))
        ]
        return b"".join(packet(line.encode()) for line in lines) + b"0000"

    def _with_parents(self, wants: Iterable[str], depth: int, haves: list[str]) -> Iterator[str]:
        """The objects that are wanted, and of a commit those that are less than DEPTH before it."""
        for want in wants:
            yield want
            kind, content = self.objects[want]
            if kind == "commit" and depth > 1:
                parents = re.findall(r"^parent (.*)$", content.decode(), re.MULTILINE)
                further = [parent for parent in parents if parent not in haves]
                yield from self._with_parents(further, depth - 1, haves)

    def _add_below(self, object_id: str, filtered: str, found: dict[str, None]) -> None:
        """Add to FOUND the objects that come along with one, but for those that are filtered."""
        kind, content = self.objects[object_id]
        if filtered == "tree:0" or kind not in ("commit", "tree"):
            return
        entries = [(TREE, content[5:45].decode())] if kind == "commit" else _entries(content)
        for mode, below in entries:
            if below in found or below not in self.objects:
                continue
            if mode == TREE or filtered != "blob:none":
                found[below] = None
                self._add_below(below, filtered, found)

    def _add_tree(self, files: Mapping[str, Content]) -> str:
        entries: dict[str, Any] = {}
        folders: dict[str, dict[str, Any]] = {}
        for path, content in files.items():
            name, _, rest = path.partition("/")
            if rest:
                folders.setdefault(name, {})[rest] = content
                continue
            mode, content = content if isinstance(content, tuple) else (FILE, content)
            source = content.encode() if isinstance(content, str) else content
            is_link_out = mode == SUBMODULE
            entries[name] = (mode, source.decode() if is_link_out else self.add("blob", source))
        for name, below in folders.items():
            entries[name] = (TREE, self._add_tree(below))
        return self.add("tree", b"".join(entry(name, *entries[name]) for name in sorted(entries)))


def _entries(content: bytes) -> Iterable[tuple[str, str]]:
    """Mode and id of each entry of a tree."""
    while content:
        head, _, content = content.partition(b"\0")
        yield head.partition(b" ")[0].decode(), content[:20].hex()
        content = content[20:]


def entry(name: str, mode: str, object_id: str) -> bytes:
    """An entry of a tree."""
    return f"{mode} {name}\0".encode() + bytes.fromhex(object_id)


def pack(objects: Iterable[tuple[str, bytes]]) -> bytes:
    """A pack of whole objects."""
    return pack_of([(KINDS[kind], len(content), content) for kind, content in objects])


def pack_of(entries: Iterable[tuple[int, int, bytes]], prefixes: Mapping[int, bytes] = {}) -> bytes:
    """A pack of entries: the number of their type, the size that they claim, their content."""
    listed = list(entries)
    body = b"PACK" + (2).to_bytes(4) + len(listed).to_bytes(4)
    for number, (kind, size, content) in enumerate(listed):
        body += _head(kind, size) + prefixes.get(number, b"") + zlib.compress(content)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def _head(kind: int, size: int) -> bytes:
    byte, size = kind << 4 | size & 15, size >> 4
    head = b""
    while size:
        head += bytes([byte | 0x80])
        byte, size = size & 0x7F, size >> 7
    return head + bytes([byte])


def packet(content: bytes) -> bytes:
    """A packet of the protocol."""
    return b"%04x" % (len(content) + 4) + content


def packets(stream: bytes) -> Iterator[bytes]:
    """The contents of the packets in a stream; an empty one for a mark."""
    while stream:
        size = max(int(stream[:4], 16), 4)
        yield stream[4:size]
        stream = stream[size:]


def in_packets(packed: bytes) -> bytes:
    """The answer that hands out a pack."""
    parts = [packed[at : at + 60_000] for at in range(0, len(packed), 60_000)]
    return b"".join(packet(b"\1" + part) for part in parts).join([packet(b"packfile\n"), b"0000"])

"""The documents of a workspace, by the trees of one commit."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sdlc_lens.domain.documents.layout import is_document, is_skipped_folder
from sdlc_lens.remote_errors import CorruptAnswer, FolderNotFound
from sdlc_lens.sources.git.limits import too_many
from sdlc_lens.sources.walk import MAX_DEPTH, storable

_TREE, _LINK, _SUBMODULE = "40000", "120000", "160000"


class TreeEntry(NamedTuple):
    """A file or folder in a tree; its name as the system's functions write it."""

    mode: str
    name: str
    object_id: str

    @property
    def is_file(self) -> bool:
        return self.mode.startswith("100")


ReadTree = Callable[[str], Sequence[TreeEntry]]
"""Gives the entries of the tree with an id."""


@dataclass(frozen=True)
class Listing:
    """The blobs of the documents below a tree and of the files at its top, by path."""

    documents: dict[str, str] = field(default_factory=dict)
    top: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def parse_tree(content: bytes, id_bytes: int) -> Iterator[TreeEntry]:
    """The entries of a tree, whose ids have ID_BYTES."""
    at = 0
    while at < len(content):
        end = content.find(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        at = end + 1 + id_bytes
        if end < 0 or at > len(content) or not name or b"/" in name:
            raise CorruptAnswer("a tree that the server sent is malformed. Sync again")
        object_id = content[end + 1 : at].hex()
        yield TreeEntry(mode.decode("ascii", "replace"), os.fsdecode(name), object_id)


def find_tree(root: str, path: str, read: ReadTree) -> str:
    """The id of the tree at PATH below the tree ROOT.

    Raises: FolderNotFound.
    """
    tree, parts = root, [part for part in path.split("/") if part not in ("", ".")]
    for depth, name in enumerate(parts, 1):
        found = next((entry for entry in read(tree) if entry.name == name), None)
        if found is None or found.mode != _TREE:
            raise _not_found("/".join(parts[:depth]), found)
        tree = found.object_id
    return tree


def list_documents(root: str, read: ReadTree, most: int) -> Listing:
    """What is below the tree ROOT. Links and submodules are left out, as those of a folder are.

    Raises: RepositoryTooLarge, for more than MOST files and folders: a few trees that contain each
        other several times stand for any number.
    """
    visited = 0

    def counted(tree: str) -> Sequence[TreeEntry]:
        nonlocal visited
        found = read(tree)
        visited += len(found) + 1
        if visited > most:
            raise too_many(most)
        return found

    top = {entry.name: entry.object_id for entry in counted(root) if entry.is_file}
    listing = Listing(top=top)
    _add_documents(root, "", counted, listing)
    return listing


def _add_documents(tree: str, above: str, read: ReadTree, listing: Listing) -> None:
    """Add those below TREE; ABOVE is its path, with a slash at the end."""
    for entry in read(tree):
        path = above + entry.name
        stored = storable(path)
        if entry.mode == _TREE and not is_skipped_folder(entry.name):
            if above.count("/") < MAX_DEPTH:
                _add_documents(entry.object_id, f"{path}/", read, listing)
            else:
                listing.unreadable[stored] = f"it is more than {MAX_DEPTH} folders deep"
        elif entry.is_file and is_document(entry.name):
            if stored in listing.documents:
                listing.unreadable[stored] = (
                    "another file has the same name once it is written in UTF-8"
                )
            listing.documents.setdefault(stored, entry.object_id)


def _not_found(path: str, found: TreeEntry | None) -> FolderNotFound:
    reasons = {
        None: "is not in the repository. Give the path of the workspace's folder: capitals matter",
        _LINK: "is a symbolic link. Give the path of the folder that it leads to",
        _SUBMODULE: "is a submodule. Add its own repository as a project",
    }
    mode = found.mode if found else None
    reason = reasons.get(mode, "is a file. Give the path of the workspace's folder")
    return FolderNotFound(f"the folder {path!r} {reason}")

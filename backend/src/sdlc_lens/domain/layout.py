"""Which files of a workspace are documents, and what their paths say about them."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from sdlc_lens.domain.ids import leading_id
from sdlc_lens.domain.kinds import BY_FOLDER, BY_PREFIX, OTHER, SINGLETONS

_EXTENSION = ".md"
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "dist", "build", ".venv"})


@dataclass(frozen=True)
class Identity:
    """What a document is, by its path alone."""

    type: str
    doc_id: str
    ref: str | None


def is_document(name: str) -> bool:
    """Whether a regular file of that name is a document; `_index.md` is a derived listing."""
    return name.lower().endswith(_EXTENSION) and stem(name) != "_index"


def is_skipped_folder(name: str) -> bool:
    """Whether nothing below a folder of that name is a document."""
    return name.startswith(".") or name in _SKIPPED_FOLDERS


def stem(name: str) -> str:
    """A document's file name without its extension; a file named `.md` keeps it."""
    return name[: -len(_EXTENSION)] or name


def identify(path: str) -> Identity:
    """Type, public id and ref of the document at PATH, relative to the workspace."""
    place = PurePosixPath(path)
    name = stem(place.name)
    kind = _type(place, name)
    found = leading_id(name)
    if kind in SINGLETONS:
        return Identity(kind, name.lower(), None)
    return Identity(kind, name, found[1] if found else None)


def _type(place: PurePosixPath, name: str) -> str:
    found = leading_id(name)
    prefix = found[0] if found else None
    for folder in reversed(place.parts[:-1]):
        if kind := BY_FOLDER.get(folder):
            return kind.name if prefix == kind.prefix or not kind.needs_id else OTHER
    if name.lower() in SINGLETONS:
        return name.lower()
    return BY_PREFIX[prefix].name if prefix else OTHER

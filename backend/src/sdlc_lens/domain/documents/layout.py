"""Which files of a workspace are documents, and what their paths say about them."""

from dataclasses import dataclass

from sdlc_lens.domain.documents.ids import leading_id
from sdlc_lens.domain.documents.kinds import BY_FOLDER, BY_PREFIX, OTHER, SINGLETONS, Kind

_EXTENSION = ".md"
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "dist", "build"})


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
    name = stem(path.rpartition("/")[2])
    prefix, ref = leading_id(name) or (None, None)
    kind = _type(path, name, prefix)
    return Identity(kind, name.lower() if kind in SINGLETONS else name, ref)


def home(path: str) -> Kind | None:
    """The type that owns the nearest named folder around PATH."""
    folders = reversed(path.split("/")[:-1])
    return next((BY_FOLDER[folder] for folder in folders if folder in BY_FOLDER), None)


def _type(path: str, name: str, prefix: str | None) -> str:
    if kind := home(path):
        return kind.name if prefix == kind.prefix or not kind.needs_id else OTHER
    if name.lower() in SINGLETONS:
        return name.lower()
    return BY_PREFIX[prefix].name if prefix else OTHER

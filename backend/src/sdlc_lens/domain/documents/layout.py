"""Which files of a workspace are documents, and their type and id by path."""

from dataclasses import dataclass
from functools import lru_cache

from sdlc_lens.domain.documents.ids import leading_id
from sdlc_lens.domain.documents.kinds import (
    BY_FOLDER,
    BY_NAME,
    BY_PREFIX,
    OTHER,
    SINGLETONS,
    Kind,
)

_EXTENSION = ".md"
_NEVER_TYPED = frozenset({"index", "readme"})
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
    """Type, public id and ref of the document at PATH, relative to the workspace.

    It has a ref only when the id in its name is one of its type.
    """
    folder, _, name = path.rpartition("/")
    name = stem(name)
    prefix, ref = leading_id(name) or (None, None)
    kind = _type(folder, name, prefix)
    own = prefix is not None and BY_PREFIX[prefix].name == kind
    return Identity(kind, name.lower() if kind in SINGLETONS else name, ref if own else None)


@lru_cache(maxsize=256)
def home(folder: str) -> tuple[Kind | None, bool]:
    """The type that owns the nearest named folder, and whether it takes files of every name.

    FOLDER is a path relative to the workspace; the folder itself counts.
    """
    while folder:
        above, _, name = folder.rpartition("/")
        if kind := BY_FOLDER.get(name):
            return kind, not kind.needs_id
        if name == "code-plans":
            return BY_NAME["plan"], True
        if name == "specs" and above.rpartition("/")[2] == "testing":
            return BY_NAME["test-spec"], True
        folder = above
    return None, False


def _type(folder: str, name: str, prefix: str | None) -> str:
    if name.lower() in _NEVER_TYPED:
        return OTHER
    kind, takes_every_name = home(folder)
    if kind:
        return kind.name if takes_every_name or prefix == kind.prefix else OTHER
    if name.lower() in SINGLETONS:
        return name.lower()
    return BY_PREFIX[prefix].name if prefix else OTHER

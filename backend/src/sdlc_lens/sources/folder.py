"""A workspace that is a folder on this machine."""

import hashlib
import os
import stat
import time
from collections.abc import Container, Mapping
from functools import partial
from pathlib import Path

from sdlc_lens.domain.documents.layout import is_skipped_folder
from sdlc_lens.errors import NoPermission, PathNotFound, Unreadable
from sdlc_lens.permissions import why_unreadable
from sdlc_lens.sources.mapping import OWN_FILES, read_own_files
from sdlc_lens.sources.snapshot import Blob, Snapshot, blob
from sdlc_lens.sources.walk import Found, read_in, storable, walk, why

MOST_KEPT_BYTES = 16 * 2**20
"""Of new files: they need not be read again, and fit into the memory that a sync takes anyway."""

_LONGEST_SHOWN = 200
_LEVELS = 3
_SIGNS = (*OWN_FILES, "prd.md", "epics", "stories")
"""What a folder has one of when it is a workspace."""


def locate(path: str, base: Path) -> Path:
    """The real folder at PATH, which must be in BASE after all links are followed.

    Raises: PathNotFound.
    """
    shown = repr(path[:_LONGEST_SHOWN])
    hint = (
        "Mount the workspace below the folder that SDLC_LENS_ALLOWED_PROJECT_BASE names, for"
        ' example -v "$PWD/sdlc-studio:/data/projects/NAME:ro"'
    )
    if not path.startswith("/"):
        raise PathNotFound(
            f"{shown} is a relative path. Give the absolute path of the workspace. {hint}"
        )
    try:
        folder = Path(path).resolve()
        # Asked first, so that nobody learns what there is elsewhere.
        if not folder.is_relative_to(base.resolve()):
            raise PathNotFound(f"{shown} is outside SDLC_LENS_ALLOWED_PROJECT_BASE. {hint}")
        if stat.S_ISDIR(folder.stat().st_mode):
            return folder
    except PermissionError as error:
        raise PathNotFound(why_unreadable(Path(path))) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise PathNotFound(f"folder {shown} does not exist. {hint}") from error
    raise PathNotFound(f"{shown} is not a folder. {hint}")


def find_workspaces(base: Path, seconds: float) -> list[str]:
    """Folders below BASE that look like workspaces, at most three levels deep.

    Those found in SECONDS; none below `/`, which is the whole machine.
    """
    end = time.monotonic() + seconds
    found: list[str] = []
    level = [base] if base != Path("/") else []
    for _ in range(_LEVELS):
        level = [folder for parent in level for folder in _folders(parent, end)]
        found += [str(folder) for folder in level if _is_workspace(folder)]
    return sorted(found)


def _folders(parent: Path, end: float) -> list[Path]:
    """The folders in PARENT, links and hidden ones left out; none once it is too late."""
    if time.monotonic() > end:
        return []
    try:
        with os.scandir(parent) as entries:
            return [
                Path(entry.path)
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and not is_skipped_folder(entry.name)
            ]
    except OSError:
        return []


def _is_workspace(folder: Path) -> bool:
    try:
        return any((folder / name).exists() for name in _SIGNS)
    except OSError:
        return False


def read_folder(path: str, base: Path, stored: Container[str] = ()) -> Snapshot:
    """The workspace at PATH, as it is now; blobs whose ids are not STORED are kept.

    Of these so many as fit into MOST_KEPT_BYTES: the other files are read again when needed.
    """
    named, root = Path(path), _readable(path, base)
    blobs: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    names: dict[str, str] = {}
    kept: dict[str, Blob] = {}
    room = MOST_KEPT_BYTES
    for found in walk(root, named, unreadable):
        place = storable(found.path)
        if place in blobs or place in unreadable:
            unreadable[place] = "another file has the same name once it is written in UTF-8"
            continue
        try:
            new = blob(found.read())
        except FileNotFoundError:
            continue  # gone since the folder was listed
        except OSError as error:
            unreadable[place] = why(named / found.path, error)
            continue
        blobs[place] = new.id
        names[place] = found.path
        if new.id not in stored and len(new.source) <= room:
            kept[place] = new
            room -= len(new.source)
    settings, version, warnings = read_own_files(partial(_own_file, root))
    _readable(path, base)  # one that vanished meanwhile is not empty
    read = partial(_read, root, named, names, kept)
    return Snapshot(blobs, read, unreadable, settings, version, warnings)


def fingerprint(path: str, base: Path) -> str:
    """A mark of the workspace at PATH that changes when a file does; nothing of it is read."""
    root = _readable(path, base)
    unreadable: dict[str, str] = {}
    mark = hashlib.sha256()
    for found in walk(root, Path(path), unreadable):
        mark.update(_look(found).encode())
    for name in OWN_FILES:
        mark.update(repr(_times(root / name)).encode())
    mark.update(repr(unreadable).encode())
    return mark.hexdigest()


def _readable(path: str, base: Path) -> Path:
    root = locate(path, base)
    if not os.access(root, os.R_OK | os.X_OK):
        raise NoPermission(why_unreadable(Path(path)))
    return root


def _read(
    root: Path, named: Path, names: Mapping[str, str], kept: dict[str, Blob], path: str
) -> Blob | None:
    if found := kept.pop(path, None):
        return found
    name = names[path]
    try:
        return blob(read_in(root, name))
    except FileNotFoundError as error:
        if root.is_dir():
            return None
        raise PathNotFound(f"the folder {str(named)!r} has gone while it was read") from error
    except OSError as error:
        raise Unreadable(why(named / name, error)) from error


def _look(found: Found) -> str:
    try:
        facts = found.entry.stat(follow_symlinks=False)
    except OSError as error:
        return repr((found.path, error.errno))
    return repr((found.path, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino))


def _times(path: Path) -> tuple[int, int]:
    try:
        facts = path.lstat()
    except OSError:
        return (0, 0)
    return facts.st_mtime_ns, facts.st_ctime_ns


def _own_file(root: Path, name: str) -> bytes | None:
    try:
        return read_in(root, name)
    except FileNotFoundError:
        return None

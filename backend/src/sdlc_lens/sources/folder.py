"""A workspace that is a folder on this machine."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from sdlc_lens.errors import NoPermission, PathNotFound
from sdlc_lens.permissions import why_unreadable
from sdlc_lens.sources.mapping import MappingError, read_mapping
from sdlc_lens.sources.snapshot import Entry, Snapshot, blob_id
from sdlc_lens.sources.walk import Found, read_in, walk

SETTINGS = ".config.yaml"
VERSION = ".version"

_LONGEST_SHOWN = 200


def locate(path: str, base: Path) -> Path:
    """The real folder at PATH, which must lie in BASE when all links are followed."""
    shown = repr(path[:_LONGEST_SHOWN])
    cure = "Mount the workspace below the folder that SDLC_LENS_ALLOWED_PROJECT_BASE names"
    try:
        folder = Path(path).resolve()
        # Asked first, so that nobody learns what there is elsewhere.
        if not folder.is_relative_to(base.resolve()):
            raise PathNotFound(f"{shown} lies outside of where workspaces may lie. {cure}")
        if stat.S_ISDIR(folder.stat().st_mode):
            return folder
    except PermissionError as error:
        raise PathNotFound(why_unreadable(Path(path))) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise PathNotFound(f"there is no folder {shown}. {cure}") from error
    raise PathNotFound(f"{shown} is no folder. {cure}")


def read_folder(path: str, base: Path, known: Mapping[str, str] | None = None) -> Snapshot:
    """Everything that the workspace at PATH holds now, but for the blobs KNOWN by their path."""
    root = _readable(path, base)
    unreadable: dict[str, str] = {}
    warnings: list[str] = []
    unchanged: set[str] = set()
    entries = []
    for entry in _entries(root, Path(path), unreadable):
        if (known or {}).get(entry.path) == entry.blob_id:
            unchanged.add(entry.path)
        else:
            entries.append(entry)
    settings = _mapping(root, SETTINGS, warnings)
    version = _mapping(root, VERSION, warnings)
    _readable(path, base)  # one that vanished meanwhile is not empty
    return Snapshot(
        tuple(entries), frozenset(unchanged), unreadable, settings, version, tuple(warnings)
    )


def fingerprint(path: str, base: Path) -> str:
    """A mark of the workspace at PATH that changes when a file does; nothing of it is read."""
    root = _readable(path, base)
    unreadable: dict[str, str] = {}
    mark = hashlib.sha256()
    for found in walk(root, Path(path), unreadable):
        mark.update(_look(found).encode())
    for name in (SETTINGS, VERSION):
        mark.update(repr(_times(root / name)).encode())
    mark.update(repr(unreadable).encode())
    return mark.hexdigest()


def _readable(path: str, base: Path) -> Path:
    root = locate(path, base)
    if not os.access(root, os.R_OK | os.X_OK):
        raise NoPermission(why_unreadable(Path(path)))
    return root


def _entries(root: Path, named: Path, unreadable: dict[str, str]) -> Iterator[Entry]:
    seen = set()
    for found in walk(root, named, unreadable):
        path = found.path
        try:
            source = found.read()
            if path in seen:
                raise OSError("another file has the same name once it is written in UTF-8")
        except FileNotFoundError:
            continue  # gone since the folder was listed
        except OSError as error:
            unreadable[path] = found.place.reason(found.entry.name, error)
            continue
        seen.add(path)
        yield Entry(path, source, blob_id(source))


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


def _mapping(root: Path, name: str, warnings: list[str]) -> Mapping[object, object]:
    try:
        return read_mapping(read_in(root, name))
    except FileNotFoundError:
        return {}
    except (OSError, MappingError) as error:
        warnings.append(f"{name} was not used: {error}")
        return {}

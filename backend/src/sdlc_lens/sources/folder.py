"""A workspace that is a folder on this machine."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from sdlc_lens.domain.layout import is_document, is_skipped_folder
from sdlc_lens.errors import NoPermission, PathNotFound
from sdlc_lens.permissions import why_unreadable
from sdlc_lens.sources.mapping import MappingError, read_mapping
from sdlc_lens.sources.snapshot import Entry, Snapshot, blob_id

MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

_LONGEST_SHOWN = 200


def locate(path: str, base: Path) -> Path:
    """The real folder at PATH, which must lie in BASE when all links are followed."""
    shown = repr(path[:_LONGEST_SHOWN])
    cure = f"Mount the workspace below {base} (SDLC_LENS_ALLOWED_PROJECT_BASE)"
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


def read_folder(path: str, base: Path) -> Snapshot:
    """Everything that the workspace at PATH holds now."""
    root = locate(path, base)
    if not os.access(root, os.R_OK | os.X_OK):
        raise NoPermission(why_unreadable(Path(path)))
    unreadable: dict[str, str] = {}
    entries = tuple(_entries(root, unreadable))
    warnings: list[str] = []
    settings = _mapping(root / ".config.yaml", warnings)
    version = _mapping(root / ".version", warnings)
    return Snapshot(entries, unreadable, settings, version, tuple(warnings))


def _entries(root: Path, unreadable: dict[str, str]) -> Iterator[Entry]:
    for path in _document_paths(root, unreadable):
        name = _shown(path, root)
        try:
            source = _read(path)
        except FileNotFoundError:
            continue  # gone since the folder was listed
        except OSError as error:
            unreadable[name] = _reason(path, error)
            continue
        yield Entry(name, source, blob_id(source))


def _document_paths(root: Path, unreadable: dict[str, str]) -> Iterator[Path]:
    """Every document below ROOT; links are not followed, a folder may be unreadable."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                found = sorted(listing, key=lambda item: item.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            unreadable[_shown(folder, root)] = _reason(folder, error)
            continue
        for item in found:
            if item.is_dir(follow_symlinks=False) and not is_skipped_folder(item.name):
                waiting.append(Path(item.path))
            elif item.is_file(follow_symlinks=False) and is_document(item.name):
                yield Path(item.path)


def _read(path: Path) -> bytes:
    # Not following a link and not waiting for a pipe, should one have taken the file's place.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path to ask
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError("it is no regular file")
        if facts.st_size > MAX_DOCUMENT_BYTES:
            raise OSError(f"it is larger than {MAX_DOCUMENT_BYTES >> 20} MB")
        return file.read(MAX_DOCUMENT_BYTES)


def _reason(path: Path, error: OSError) -> str:
    denied = isinstance(error, PermissionError)
    return _storable(why_unreadable(path) if denied else error.strerror or str(error))


def _shown(path: Path, root: Path) -> str:
    return _storable(str(path.relative_to(root)))


def _storable(text: str) -> str:
    """TEXT without the stand-ins for bytes of a file name that are not UTF-8."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def _mapping(path: Path, warnings: list[str]) -> Mapping[object, object]:
    try:
        return read_mapping(_read(path))
    except FileNotFoundError:
        return {}
    except (OSError, MappingError) as error:
        warnings.append(f"{path.name} was not used: {error}")
        return {}

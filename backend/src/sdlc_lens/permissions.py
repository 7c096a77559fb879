"""Why access to a file or folder is denied: its owner, this process's user, and what to do.

A hint names only the path that was asked for, and no command that gives away what others own.
"""

import os
import stat
from pathlib import Path


def why_unreadable(path: Path) -> str:
    """One line on why PATH cannot be read, and what to do."""
    if not _is_visible(path):
        return (
            f"cannot read {path}: a folder above it gives {_this_process()} no access. Mount the"
            f' folder where that user can reach it: -v "$PWD/sdlc-studio:/data/projects/NAME:ro"'
        )
    return f"cannot read {path}: {_owner_and_mode(path)}. {_hint(path, 'read access', 'u+rX')}"


def why_unwritable(path: Path) -> str:
    """One line on why PATH, or a missing folder there, cannot be written, and what to do."""
    if os.statvfs(_nearest_visible(path)).f_flag & os.ST_RDONLY:
        return (
            f"cannot write {path}: it is on a read-only file system. Mount a writable volume there"
            f" (without `:ro`)"
        )
    if not _is_visible(path):
        return (
            f"cannot create {path}: {_this_process()} has no write access to the folder above it."
            f" {_how_to_mount(path)}"
        )
    hint = _hint(path, "write access", "u+rwX")
    if path.is_dir() and path.stat().st_uid != os.geteuid():
        hint = f"{hint}. {_how_to_mount(path)}"
    return f"cannot write {path}: {_owner_and_mode(path)}. {hint}"


def _is_visible(path: Path) -> bool:
    return os.access(path.parent, os.X_OK) and path.exists()


def _nearest_visible(path: Path) -> Path:
    return next((place for place in (path, *path.parents) if _is_visible(place)), Path("/"))


def _this_process() -> str:
    return f"user {os.geteuid()}:{os.getegid()}, which this process runs as,"


def _owner_and_mode(path: Path) -> str:
    status = path.stat()
    return (
        f"it belongs to {status.st_uid}:{status.st_gid} with mode"
        f" {stat.S_IMODE(status.st_mode):04o}, and this process runs as"
        f" {os.geteuid()}:{os.getegid()}"
    )


def _hint(path: Path, access: str, mode: str) -> str:
    owner = path.stat()
    if owner.st_uid == os.geteuid():
        return f"Run `chmod -R {mode} {path}`"
    ask = f"Ask its owner to give user {os.geteuid()} {access}"
    # Group 0 may write the image's own folders and volumes, as any user.
    start = f", or start the container with `--user {owner.st_uid}:0`" if owner.st_uid else ""
    return ask + start


def _how_to_mount(path: Path) -> str:
    user, group = os.geteuid(), os.getegid()
    return (
        f"In a container, mount a folder of that user: `install -d -o {user} -g {group} db` as"
        f' root, then -v "$PWD/db:{path}"'
    )

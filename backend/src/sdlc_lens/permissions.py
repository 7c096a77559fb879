"""Why a file or folder may not be used: whose it is, who we are, and the cure."""

import os
import stat
from pathlib import Path


def why_unreadable(path: Path) -> str:
    """One line on why PATH cannot be read, with the command that mends it."""
    place = _visible(path)
    return f"cannot read {path}: {_belongs(place)}. {_cure(place, 'chmod -R a+rX')}"


def why_unwritable(path: Path) -> str:
    """One line on why PATH cannot be written, with the command that mends it."""
    place = _visible(path)
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        return (
            f"cannot write {path}: {place} is on a read-only file system. Mount a volume that can"
            f" be written there (without `:ro`)"
        )
    ours = place.stat().st_uid == os.geteuid()
    command = "chmod -R u+rwX" if ours else f"chown -R {os.geteuid()}:{os.getegid()}"
    return f"cannot write {path}: {_belongs(place)}. {_cure(place, command)}"


def _visible(path: Path) -> Path:
    """PATH, or its nearest parent that exists and may be looked at."""
    for place in (path, *path.parents):
        if os.access(place.parent, os.X_OK) and place.exists():
            return place
    return Path(path.anchor)


def _belongs(place: Path) -> str:
    facts = place.stat()
    return (
        f"{place} belongs to {facts.st_uid}:{facts.st_gid} with mode"
        f" {stat.S_IMODE(facts.st_mode):04o}, and this process runs as"
        f" {os.geteuid()}:{os.getegid()}"
    )


def _cure(place: Path, command: str) -> str:
    facts = place.stat()
    cure = f"Run `{command} {place}` as root"
    if facts.st_uid in (0, os.geteuid()):
        return cure
    return f"{cure}, or start the container with `--user {facts.st_uid}:{facts.st_gid}`"

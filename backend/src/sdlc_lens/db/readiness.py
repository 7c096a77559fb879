"""Whether the database can be used now: the file exists, is current, and has its index."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from sdlc_lens.db.file import look
from sdlc_lens.db.migration import NEWEST
from sdlc_lens.errors import LensError


@dataclass(frozen=True)
class Readiness:
    """The three conditions of readiness."""

    connected: bool
    migration_ok: bool
    fts_ok: bool

    @property
    def ready(self) -> bool:
        """Whether all three hold."""
        return self.connected and self.migration_ok and self.fts_ok

    @property
    def reason(self) -> str:
        """The first condition that does not hold, in words."""
        if not self.connected:
            return "the database cannot be read"
        if not self.migration_ok:
            return "the database is not at the newest revision"
        return "" if self.fts_ok else "the search index is missing"


async def check_readiness(path: Path) -> Readiness:
    """Open the file again: pooled connections do not notice that it was removed."""
    return await asyncio.to_thread(_look, path)


def _look(path: Path) -> Readiness:
    try:
        contents = look(path)
    except LensError:
        return Readiness(False, False, False)
    return Readiness(path.exists(), contents.revision == NEWEST, "search" in contents.tables)

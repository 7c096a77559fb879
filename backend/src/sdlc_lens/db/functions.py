"""What SQL cannot do by itself."""

from sqlite3 import Connection

from sdlc_lens.domain.documents.parse import decode
from sdlc_lens.domain.search import folding


def add_functions(connection: Connection) -> None:
    """Teach the connection our functions; they run in its thread, away from the event loop."""
    # SQLite's own lower() knows ASCII only, and so its index knows accents of Latin letters only.
    connection.create_function("fold", 1, _fold, deterministic=True)


def _fold(text: str | bytes | None) -> str:
    return folding.fold(decode(text) if isinstance(text, bytes) else text or "")

"""What SQL cannot do by itself: for queries and migrations, never for what the database keeps."""

from sqlite3 import Connection

from sdlc_lens.domain.documents.parse import decode
from sdlc_lens.domain.search import folding


def add_functions(connection: Connection) -> None:
    """Teach the connection our functions; they run in its thread, away from the event loop."""
    # SQLite's own lower() knows ASCII only, and its search index the accents of Latin letters only.
    connection.create_function("fold", 1, _fold, deterministic=True)
    connection.create_function("indexed_text", 1, folding.indexed_text, deterministic=True)


def _fold(text: str | bytes | None) -> str:
    return folding.fold(decode(text) if isinstance(text, bytes) else text or "")

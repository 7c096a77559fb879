"""SQL functions for queries and migrations; stored definitions must not depend on them."""

from sqlite3 import Connection

from sdlc_lens.domain.documents.parse import decode
from sdlc_lens.domain.search import folding


def add_functions(connection: Connection) -> None:
    """Register the functions with a connection."""
    # SQLite's own lower() knows ASCII only, and its search index the accents of Latin letters only.
    connection.create_function("fold", 1, _fold, deterministic=True)
    connection.create_function("indexed_text", 1, folding.indexed_text, deterministic=True)


def _fold(text: str | bytes | None) -> str:
    return folding.fold(decode(text) if isinstance(text, bytes) else text or "")

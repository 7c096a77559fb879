"""What SQL cannot do by itself."""

from sqlite3 import Connection

from sdlc_lens.domain.documents.parse import decode
from sdlc_lens.domain.search import folding
from sdlc_lens.domain.search.excerpt import beginning, excerpt


def add_functions(connection: Connection) -> None:
    """Teach the connection our functions; they run in its thread, away from the event loop."""
    # SQLite's own lower() knows ASCII only, and so its index knows accents of Latin letters only.
    connection.create_function("fold", 1, _fold, deterministic=True)
    # The index's own snippet() takes minutes for a word that occurs a hundred thousand times.
    connection.create_function("excerpt", 4, _excerpt, deterministic=True)


def _fold(text: str | bytes | None) -> str:
    return folding.fold(decode(text) if isinstance(text, bytes) else text or "")


def _excerpt(source: bytes | None, title: str, name: str, pattern: str) -> str | None:
    """Where PATTERN occurs: in the text, else in title or name; else how the text begins."""
    if source is None:
        return None
    text = decode(source)
    found = (excerpt(place, pattern) for place in (text, title, name))
    return next(filter(None, found), None) or beginning(text)

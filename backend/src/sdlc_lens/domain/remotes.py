"""Addresses of git repositories, compared, and found in what forges send."""

import re
from collections.abc import Container
from urllib.parse import unquote, unquote_to_bytes, urlsplit

_ADDRESS = re.compile(rb'(?<!\\)"(https?:(?:[^"\\\s]|\\/){1,2000})"')
_LONGEST = 2100
_DEFAULT_PORTS = {"http": 80, "https": 443}


def repository_key(url: str) -> str | None:
    """The same for every way to write a repository's address; None when URL is not valid.

    More alike than servers take them: with and without TLS, `.git`, and capitals.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if port not in (None, _DEFAULT_PORTS.get(parts.scheme)):
        host = f"{host}:{port}"
    path = unquote(parts.path).casefold().strip("/").removesuffix(".git")
    return f"{host}/{path}" if host and path else None


class RepositoryFinder:
    """Finds KNOWN repositories, given by key, in a JSON text that arrives in parts.

    A repository is found by any string that is its address: each forge has its own names for it.
    Nothing of the text is kept, so that its size does not matter.
    """

    def __init__(self, known: Container[str | None], *, is_form: bool = False) -> None:
        self.found: set[str] = set()
        self._known = known
        self._is_form = is_form
        self._rest = b""
        self._text = b""

    def feed(self, part: bytes) -> None:
        """Look at the next part of the text; in a form, of the form."""
        self._text += self._decode(part) if self._is_form else part
        for address in _ADDRESS.findall(self._text):
            url = address.replace(b"\\", b"").decode(errors="replace")
            key = repository_key(url)
            if key is not None and key in self._known:
                self.found.add(key)
        self._text = self._text[-_LONGEST:]  # an address may begin here

    def _decode(self, part: bytes) -> bytes:
        part = self._rest + part
        cut = part.rfind(b"%", -2)  # of an escape that goes on in the next part
        part, self._rest = (part, b"") if cut < 0 else (part[:cut], part[cut:])
        return unquote_to_bytes(part.replace(b"+", b" "))

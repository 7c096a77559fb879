"""Folding: text without case and accents, for comparing.

Each character is folded by itself, so that positions in the folded text map to positions in the
text. Foldings do not change between versions of Unicode, except for new characters.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from math import inf

# The others, besides ASCII: punctuation, symbols, the letters of China, Japan and Korea, emoji.
_FOLDABLE = re.compile(
    "[^\0-\x7f\u2010-\u2027\u2190-\u24b5\u24d0-\u2bff\u3000-\u9fff\uac00-\ud7a3\ufe0f\ufeff"
    "\U0001f000-\U0001faff]"
)
# Accents of Latin, Greek and Cyrillic letters; points of Hebrew and Arabic ones.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]+"
)
_STROKED = str.maketrans(
    {
        "æ": "ae",
        "ð": "d",
        "ø": "o",
        "þ": "th",
        "đ": "d",
        "ħ": "h",
        "\u0131": "i",
        "ł": "l",
        "œ": "oe",
        "ŧ": "t",
    }
)


# Other letters than these the search index does not fold as we do, nor accents that stand by
# themselves. Not in it are ASCII, Latin letters with accents, punctuation, symbols, the letters of
# China, Japan and Korea, emoji.
_FOLDED_OTHERWISE = re.compile(
    "[^\0-\xc5\xc7-\xcf\xd1-\xd7\xd9-\xdd\xe0-\xe5\xe7-\xef\xf1-\xf7\xf9-\xfd\xff-\u010f\u0112-\u0125"
    "\u2000-\u206f\u20a0-\u20bf\u2190-\u2bff\u3000-\u3098\u309b-\u9fff\uac00-\ud7a3\ufe0f\ufeff"
    "\U0001f000-\U0001faff]"
)
_ASCII = bytes(range(128))
_FEW_LETTERS = 20
"""Up to so many letters are replaced faster one after the other, each in the whole text."""


def indexed_text(source: bytes) -> str | None:
    """The text of a file for the search index, which itself folds the case of ASCII letters.

    None where that is the unchanged text.
    """
    if source.isascii():
        return None
    if not _FOLDED_OTHERWISE.search(_without_ascii(source)):
        return None
    text = composed(source.decode("utf-8", errors="replace"))
    letters = set(_FOLDABLE.findall(_without_ascii(text.encode())))
    if len(letters) > _FEW_LETTERS:
        return _FOLDABLE.sub(_folded, text)
    for letter in letters:
        text = text.replace(letter, _letters(letter))
    return text


def composed(text: str) -> str:
    """TEXT in Unicode's composed form (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """TEXT folded."""
    return text.lower() if text.isascii() else Folded(composed(text)).text


class Folded:
    """A text in the form that is compared, in `text`, and its `source`, a composed text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._moved = [(0, 0)]
        if source.isascii():
            self.text = source.lower()
            return
        # Methods of bytes are ten times as fast as a search through the characters of a long text.
        encoded = source.encode(errors="surrogatepass")
        if _FOLDABLE.search(encoded.translate(None, _ASCII).decode(errors="surrogatepass")):
            encoded = _FOLDABLE.sub(self._replaced, source).encode(errors="surrogatepass")
        self.text = encoded.lower().decode(errors="surrogatepass")

    def place(self, index: int) -> int:
        """The position in the source of the character at INDEX of the folded text."""
        if len(self._moved) == 1:
            return index
        folded, source = self._moved[bisect_right(self._moved, (index, inf)) - 1]
        return source + index - folded

    def _replaced(self, character: re.Match[str]) -> str:
        letters = _letters(character[0])
        if len(letters) != 1:
            folded, source = self._moved[-1]
            end = character.end()
            self._moved.append((folded + end - source + len(letters) - 1, end))
        return letters


def _without_ascii(text: bytes) -> str:
    return text.translate(None, _ASCII).decode("utf-8", errors="replace")


def _folded(character: re.Match[str]) -> str:
    return _letters(character[0])


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    parts = unicodedata.normalize("NFD", character.casefold())
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", parts))
    return bare.translate(_STROKED).lower()

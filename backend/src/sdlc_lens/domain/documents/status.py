"""Statuses as people write them, brought to the words of a vocabulary."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from sdlc_lens.domain.documents.kinds import ANY_STATUS

_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u201b\u02bc\u00b4\u2032\uff07"))
_EMPHASIS = dict.fromkeys(map(ord, "*`~"))
_SPACES = dict.fromkeys(map(ord, "-_\u2010\u2011"), " ")
_IGNORED = _APOSTROPHES | _EMPHASIS | _SPACES
_EMOJI_PARTS = ("So", "Sk", "Sm", "Mn", "Me", "Cf")
# Emoji that are letters or punctuation to Unicode, and digits that a mark makes one.
_OTHER_EMOJI = re.compile(r"(?:[\u2139\u203c\u2049\u3030]|[0-9#]\ufe0f?\u20e3)")


def canonical(written: str | None, vocabulary: Iterable[str]) -> str | None:
    """The longest entry of VOCABULARY that WRITTEN starts with, else WRITTEN as it is."""
    if written is None or not written.strip():
        return None
    text = _comparable(written)
    matches = [entry for entry in vocabulary if _starts_with(text, _entry(entry))]
    return max(matches, key=len, default=written.strip())


def with_spellings(asked: Iterable[str]) -> list[str]:
    """The statuses ASKED for, and the ones that they are but for case, dashes and apostrophes."""
    words = list(asked)
    return list(dict.fromkeys(words + [_SPELLINGS.get(_comparable(word), word) for word in words]))


def _starts_with(text: str, entry: str) -> bool:
    return bool(entry) and text.startswith(entry) and not text[len(entry) :][:1].isalnum()


def _comparable(text: str) -> str:
    words = " ".join(text.translate(_IGNORED).split()).casefold()
    return _without_emoji(words)


_entry = lru_cache(maxsize=1024)(_comparable)


def _without_emoji(text: str) -> str:
    found = _OTHER_EMOJI.match(text)
    start = found.end() if found else 0
    while start < len(text) and (
        text[start] == " " or unicodedata.category(text[start]) in _EMOJI_PARTS
    ):
        start += 1
    return text[start:]


_SPELLINGS = {_comparable(status): status for status in ANY_STATUS}

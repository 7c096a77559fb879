"""Statuses as people write them, mapped to a vocabulary."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from sdlc_lens.domain.documents.header import OFTEN_REPEATED
from sdlc_lens.domain.documents.kinds import ANY_STATUS, STATUSES

_APOSTROPHES = dict.fromkeys(map(ord, "'\u2018\u2019\u201b\u02bc\u00b4\u2032\uff07"))
_EMPHASIS = dict.fromkeys(map(ord, "*`~"))
_SPACES = dict.fromkeys(map(ord, "-_\u2010\u2011"), " ")
_IGNORED = _APOSTROPHES | _EMPHASIS | _SPACES
_OUTSIDE_ALL_TYPES = {"completed": "Complete", "implemented": "Implemented"}
"""Words that no type has in its row, and the statuses that they mean."""
_EMOJI_PARTS = ("So", "Sk", "Sm", "Mn", "Me", "Cf")
# Emoji that are letters or punctuation to Unicode, and digits that a mark makes one.
_OTHER_EMOJI = re.compile(r"(?:[\u2139\u203c\u2049\u3030]|[0-9#]\ufe0f?\u20e3)")


class Statuses:
    """The statuses of all types, with those that a project adds to some."""

    def __init__(self, additions: Mapping[str, Iterable[str]]) -> None:
        self._own = {
            name: _entries([*STATUSES.get(name, ()), *additions.get(name, ())])
            for name in STATUSES.keys() | additions.keys()
        }
        everywhere = [*ANY_STATUS, *chain.from_iterable(additions.values())]
        self._any = (*_entries(everywhere), *_OUTSIDE_ALL_TYPES.items())
        self._repeated = lru_cache(maxsize=1024)(self._canonical)

    def canonical(self, type_name: str, written: str | None) -> str | None:
        """The longest status that WRITTEN starts with; WRITTEN as it is when there is none.

        The statuses of the document's own type are tried first, then those of all types.
        """
        if written is None or not written.strip():
            return None
        often = len(written) < OFTEN_REPEATED
        return (self._repeated if often else self._canonical)(type_name, written)

    def _canonical(self, type_name: str, written: str) -> str:
        text = _comparable(written)
        for entry, status in chain(self._own.get(type_name, ()), self._any):
            if text.startswith(entry) and not text[len(entry) : len(entry) + 1].isalnum():
                return status
        return written.strip()


def with_spellings(asked: Iterable[str]) -> list[str]:
    """The statuses ASKED for, and the ones that they are but for case, dashes and apostrophes."""
    words = list(asked)
    return list(dict.fromkeys(words + [_SPELLINGS.get(_comparable(word), word) for word in words]))


def _entries(statuses: Sequence[str]) -> list[tuple[str, str]]:
    """STATUSES after their forms for comparing, the longest first; of two equal ones the first."""
    entries = {_comparable(status): status for status in reversed(statuses)}
    entries.pop("", None)
    return sorted(entries.items(), key=lambda entry: len(entry[0]), reverse=True)


def _comparable(text: str) -> str:
    words = " ".join(text.translate(_IGNORED).split()).casefold()
    return _without_emoji(words)


def _without_emoji(text: str) -> str:
    found = _OTHER_EMOJI.match(text)
    start = found.end() if found else 0
    while start < len(text) and (
        text[start] == " " or unicodedata.category(text[start]) in _EMOJI_PARTS
    ):
        start += 1
    return text[start:]


_SPELLINGS = _OUTSIDE_ALL_TYPES | {_comparable(status): status for status in ANY_STATUS}

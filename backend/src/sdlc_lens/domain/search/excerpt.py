"""The few words of a text around the terms of a query, as HTML."""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import partial
from itertools import islice, takewhile

from sdlc_lens.domain.search.folding import Folded
from sdlc_lens.domain.search.query import Term

WORDS = 32

_WORDS_BEFORE = 8
_NEAR = 200  # characters in which terms count as standing together
_MOST_HITS = 100
_MOST_TERMS = 32
_AT_ONCE = 65536  # a longer text is gone through in parts, so that others get their turn
_OVERLAP = 500
_LONGEST_WORD = 20  # on the average, where a text has hardly any space
_WORD = re.compile(r"\S+")
_TOKEN = re.compile(r"[^\W_]+")


def pattern_of(terms: Sequence[Term]) -> str:
    """A regular expression for folded text, with a group for each of TERMS."""
    groups = list(dict.fromkeys(filter(None, map(_pattern, terms))))[:_MOST_TERMS]
    if not groups:
        return "(?!)"
    # Most places are passed by on a look at one letter, however many terms there are.
    letters = "".join({form[0] for group in groups for form in group.split("|")})
    return rf"(?<![^\W_])(?=[{letters}])(?:({')|('.join(groups)}))(?![^\W_])"


def excerpt(text: str, pattern: str) -> str | None:
    """About 32 words around the hits, marked by <mark>; None without a hit.

    Of several places the first with the most terms is taken.
    """
    text = unicodedata.normalize("NFC", text).rstrip()
    for start in range(0, len(text), _AT_ONCE):
        part = text[start : start + _AT_ONCE + _OVERLAP]
        folded = Folded(part)
        hits = list(islice(re.finditer(pattern, folded.text), _MOST_HITS))
        if hits:
            first, last = _window(part, folded.place(_best(hits)))
            before = "\u2026" if start + first else ""
            after = "\u2026" if start + last < len(text) else ""
            return before + _marked(part[first:], last - first, pattern) + after
    return None


def beginning(text: str) -> str:
    """The first words of TEXT, as HTML."""
    _, last = _window(text, 0)
    return _escaped(text[:last].strip()) + ("\u2026" if text[last:].strip() else "")


def _pattern(term: Term) -> str:
    """TERM without the bounds of its words; empty when it has none."""
    end = r"[^\W_]*+" if term.is_open else ""
    forms = (_TOKEN.findall(form) for form in term.forms)
    return "|".join(r"[\W_]++".join(words) + end for words in forms if words)


def _best(hits: Sequence[re.Match[str]]) -> int:
    """Where the hit starts that has the most terms near behind it."""
    terms = [
        len({other.lastindex for other in takewhile(partial(_is_near, hit), hits[place:])})
        for place, hit in enumerate(hits)
    ]
    return hits[terms.index(max(terms))].start()


def _is_near(hit: re.Match[str], other: re.Match[str]) -> bool:
    return other.start() < hit.start() + _NEAR


def _window(text: str, place: int) -> tuple[int, int]:
    """The beginning and the end of the words around PLACE; near an end of TEXT more of the rest."""
    earliest = max(0, place - WORDS * _LONGEST_WORD)
    latest = place + WORDS * _LONGEST_WORD
    before = [word.start() for word in _WORD.finditer(text, earliest, place)][-WORDS:]
    after = [word.end() for word in islice(_WORD.finditer(text, place, latest), WORDS)]
    shown = max(_WORDS_BEFORE, WORDS - len(after))
    before = before[-shown:]
    ends = after[: WORDS - len(before)]
    return (before or [place])[0], (ends or [place])[-1]


def _marked(text: str, length: int, pattern: str) -> str:
    """The beginning of TEXT, so long; a hit may go on behind it."""
    folded = Folded(text[: length + _OVERLAP])
    parts, done = [], 0
    for hit in re.finditer(pattern, folded.text):
        start, end = folded.place(hit.start()), min(folded.place(hit.end()), length)
        if start >= length:
            break
        parts += [_escaped(text[done:start]), f"<mark>{_escaped(text[start:end])}</mark>"]
        done = end
    return "".join([*parts, _escaped(text[done:length])])


def _escaped(text: str) -> str:
    return html.escape(re.sub(r"\s+", " ", text))

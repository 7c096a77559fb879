"""Excerpts: the words of a text around the terms of a query, as HTML."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from sdlc_lens.domain.search.folding import Folded, composed
from sdlc_lens.domain.search.query import Term

WORDS = 32

_WORDS_BEFORE = 8
_WORDS_AFTER = WORDS - _WORDS_BEFORE
_NEAR = 200  # characters in which terms count as standing together
_MOST_HITS = 100  # of one form of a term
_MOST_TERMS = 32
_AT_ONCE = 65536  # a longer text is searched in parts, so that other threads get their turn
_OVERLAP = 500
_LONGEST_WORD = 20  # on average, where a text has hardly any space
_MOST_LETTERS = 4  # that one character is folded to
_TOKEN = re.compile(r"[^\W_]+")

Patterns = Sequence[Sequence[re.Pattern[str]]]
"""For each term one expression for each of its forms; they match folded text."""


def patterns_of(terms: Sequence[Term]) -> Patterns:
    """Patterns that find TERMS in a text: of the first 32 that have a word."""
    groups = dict.fromkeys(tuple(_expressions(term)) for term in terms)
    return [[re.compile(form) for form in group] for group in groups if group][:_MOST_TERMS]


def excerpt(text: str, patterns: Patterns) -> str | None:
    """About 32 words around the hits, marked by <mark>; None without a hit.

    Of several places the first with the most terms is taken.
    """
    text = composed(text).rstrip()
    for start in range(0, len(text), _AT_ONCE):
        begin = max(start - _OVERLAP, 0)
        end = start + _AT_ONCE + _OVERLAP
        folded = Folded(text[begin:end])
        # A hit at a cut may be a piece of a word; the part next to it has the whole word.
        lowest, highest = int(begin > 0), len(folded.text) - (end < len(text))
        if hits := _hits(folded.text, patterns, lowest, highest):
            place = _best(hits)
            first, last = _window(folded.source, folded.place(place))
            before = "\u2026" if begin + first else ""
            after = "\u2026" if begin + last < len(text) else ""
            return before + _marked(folded, patterns, place, first, last) + after
    return None


def beginning(text: str) -> str:
    """The first words of TEXT, as HTML."""
    _, last = _window(text, 0)
    return _single_spaced(html.escape(text[:last])) + ("\u2026" if text[last:].strip() else "")


def _expressions(term: Term) -> Iterator[str]:
    """What matches each form of TERM as whole words.

    It begins with a word as it stands, which is found fast, and only then looks at what precedes.
    """
    end = r"[^\W_]*+" if term.is_open else ""
    for form in term.forms:
        if words := _TOKEN.findall(form):
            rest = "".join(rf"[\W_]++{word}" for word in words[1:])
            yield rf"{words[0]}(?<![^\W_]{words[0]}){rest}{end}(?![^\W_])"


def _hits(text: str, patterns: Patterns, lowest: int, highest: int) -> list[tuple[int, int]]:
    """Positions and indices of terms between the bounds; of a single term only the first hit."""
    most = _MOST_HITS if len(patterns) > 1 else 1
    hits = [
        (hit.start(), term)
        for term, forms in enumerate(patterns)
        for form in forms
        for hit in islice(form.finditer(text, lowest), most)
        if hit.end() <= highest
    ]
    hits.sort()
    return hits


def _best(hits: Sequence[tuple[int, int]]) -> int:
    """The start of the first hit that is followed closely by the most terms."""
    if len(hits) == 1:
        return hits[0][0]
    near: Counter[int] = Counter()
    counts = []
    ahead = iter(hits)
    following = next(ahead, None)
    for start, term in hits:
        while following and following[0] < start + _NEAR:
            near[following[1]] += 1
            following = next(ahead, None)
        counts.append(len(+near))
        near[term] -= 1
    return hits[counts.index(max(counts))][0]


def _window(text: str, place: int) -> tuple[int, int]:
    """The beginning and the end of the words around PLACE; near an end of TEXT more of the rest."""
    before = text[max(0, place - WORDS * _LONGEST_WORD) : place]
    after = text[place : place + WORDS * _LONGEST_WORD]
    following = after.split(None, _WORDS_AFTER)
    most = max(_WORDS_BEFORE, WORDS - len(following))
    words = before.rsplit(None, most)
    farther = len(words[0]) if len(words) > most else 0
    first = place - len(before[farther:].lstrip())
    most = WORDS - min(len(words), most)
    if most != _WORDS_AFTER:
        following = after.split(None, most)
    farther = len(following[-1]) if len(following) > most else 0
    last = place + len(after[: len(after) - farther].rstrip())
    return first, last


def _marked(folded: Folded, patterns: Patterns, place: int, first: int, last: int) -> str:
    """The source from FIRST to LAST, around the hit at PLACE, with all hits marked."""
    middle = folded.place(place)
    lowest = max(place - _MOST_LETTERS * (middle - first), 0)
    highest = place + _MOST_LETTERS * (last - middle)
    hits = [
        (folded.place(hit.start()), min(folded.place(hit.end()), last))
        for forms in patterns
        for form in forms
        for hit in form.finditer(folded.text, lowest, highest)
    ]
    hits.sort()
    parts, done = [], first
    for start, end in hits:
        if done <= start < end:
            between, hit = folded.source[done:start], folded.source[start:end]
            parts += [html.escape(between), f"<mark>{html.escape(hit)}</mark>"]
            done = end
    return _single_spaced("".join([*parts, html.escape(folded.source[done:last])]))


def _single_spaced(text: str) -> str:
    return " ".join(text.split())

"""Words to search for, chosen by how many documents of a workspace they occur in."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

FEW = 0.05


@dataclass(frozen=True)
class Words:
    """What is searched for. A word counts as a prefix, as in a search; a phrase does not."""

    in_few: str
    phrase_in_few: str
    in_nearly_all: str
    letter: str
    two_letters: str


def choose_words(texts: Iterable[str]) -> Words:
    """The most frequent words and prefixes of these documents, in few of them and in all."""
    documents = [re.findall(r"[^\W_]+", text.lower()) for text in texts]
    few = FEW * len(documents)
    words = _document_counts(set(own) for own in documents)
    phrases = _document_counts({f"{a} {b}" for a, b in pairwise(own)} for own in documents)
    vocabularies = [f" {' '.join(set(own))}" for own in documents]
    starts = {size: Counter(word[:size] for own in documents for word in own) for size in (1, 2)}
    return Words(
        in_few=next(
            word
            for word, count in words.items()
            if count <= few and sum(f" {word}" in own for own in vocabularies) <= few
        ),
        phrase_in_few=next(phrase for phrase, count in phrases.items() if count <= few),
        in_nearly_all=next(iter(words)),
        letter=_most_frequent(starts[1]),
        two_letters=_most_frequent(starts[2]),
    )


def _document_counts(documents: Iterable[set[str]]) -> dict[str, int]:
    """In how many documents each text of letters and spaces occurs, most frequent first."""
    counts = Counter(text for own in documents for text in own if len(text) > 3)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {text: count for text, count in ordered if _is_plain(text)}


def _most_frequent(starts: Counter[str]) -> str:
    return next(start for start, _ in starts.most_common() if _is_plain(start))


def _is_plain(text: str) -> bool:
    return text.isascii() and text.replace(" ", "").isalpha()

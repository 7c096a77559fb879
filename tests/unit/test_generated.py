"""The generated workspace is as uneven as real ones, or benchmarks measure something else."""

import re
from collections import Counter

import pytest
from support.generated import EMOJI, LARGE_SIZES, SYLLABLES, generate
from support.words import choose_words

from sdlc_lens.domain.documents.layout import identify

COUNT = 300  # an eighth of the usual 2,400, with one of the four large documents


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return dict(generate(COUNT))


def share(found: int) -> float:
    return found / COUNT


def shares(parts: list[set[str]]) -> dict[str, float]:
    """In which share of the documents each word occurs, most frequent first."""
    counts = Counter(part for own in parts for part in own)
    return {part: share(count) for part, count in counts.most_common()}


def test_same_for_the_same_seed() -> None:
    thirty = dict(generate(30))
    assert thirty == dict(generate(30))
    assert thirty != dict(generate(30, seed=2))


def test_exactly_as_many_documents_as_asked_for(texts: dict[str, str]) -> None:
    assert len(texts) == COUNT
    assert len(dict(generate(30))) == 30


def test_sizes(texts: dict[str, str]) -> None:
    sizes = sorted(len(text.encode()) for text in texts.values())
    assert sum(sizes[:-1]) * 8 + sum(LARGE_SIZES) == pytest.approx(11e6, rel=0.05)
    assert sizes[COUNT // 2] == pytest.approx(3500, rel=0.05)
    assert sizes[COUNT * 9 // 10] == pytest.approx(12_000, rel=0.05)
    assert sizes[-1] == pytest.approx(500_000, rel=0.01)
    assert sizes[-2] < 50_000


def test_types(texts: dict[str, str]) -> None:
    types = Counter(identify(path).type for path in texts)
    assert types["other"] == 0
    assert len(types) == 14
    assert share(types["story"]) == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize(
    ("form", "low", "high"),
    [
        (r"^\|---", 0.2, 0.9),
        (r"^```python\n", 0.2, 0.9),
        (r"^- \[[ xX]\] ", 0.25, 0.9),
        (r"^### AC\d: ", 0.1, 0.4),
        (r"^- \*\*AC\d:\*\* ", 0.03, 0.2),
        (r"^ *- \*\*Verify:\*\* ", 0.1, 0.4),
        (r"^ *- \*\*Verified:\*\* yes", 0.05, 0.3),
        (r"\]\(\.\./stories/US", 0.3, 0.9),
        (r"^> \*\*Status:\*\*.*\n> \*\*", 0.6, 0.85),
        (r"^> \*\*Status\*\*: ", 0.02, 0.1),
        (r"^>\*\*Status:\*\* ", 0.01, 0.1),
        (r"^> - \*\*Status:\*\* ", 0.01, 0.1),
        (r"^\*\*Status:\*\* ", 0.02, 0.12),
        (r"^> \*\*Status:\*\*.* · \*\*Owner:", 0.01, 0.1),
        (r"^> \*\*Status:\*\*.* \| \*\*Owner:", 0.005, 0.06),
        (r"^> \*\*Status:\*\*.*   \*\*Owner:", 0.005, 0.06),
        (r"^> \*\*[^*:]+\.\*\* .*\n>\n> \*\*Status", 0.005, 0.06),
        (rf"[{''.join(EMOJI)}]", 0.3, 0.37),
        (r"[^\x00-\x7f]", 0.3, 0.4),
    ],
)
def test_share_of_documents_with(form: str, low: float, high: float, texts: dict[str, str]) -> None:
    pattern = re.compile(form, re.MULTILINE)
    assert low <= share(sum(bool(pattern.search(text)) for text in texts.values())) <= high


def test_words_and_phrases_are_rare_and_common(texts: dict[str, str]) -> None:
    made_up = re.compile(rf"\b(?:{SYLLABLES.replace(' ', '|')}){{2,4}}\b")
    words = [made_up.findall(text.lower()) for text in texts.values()]
    found = shares([set(own) for own in words])
    assert next(iter(found.values())) > 0.9
    assert sum(part > 0.5 for part in found.values()) > 10
    assert sum(part <= 0.05 for part in found.values()) > 5000
    assert min(found.values()) == share(1)


def test_words_to_search_for_occur_in_few_and_in_nearly_all(texts: dict[str, str]) -> None:
    words = choose_words(texts.values())

    def share_with(start: str) -> float:
        pattern = re.compile(rf"(?i)\b{start}")
        return share(sum(bool(pattern.search(text)) for text in texts.values()))

    assert 0.01 <= share_with(words.in_few) <= 0.05
    assert 0.01 <= share_with(rf"{words.phrase_in_few}\b") <= 0.05
    assert share_with(words.in_nearly_all) > 0.9
    assert share_with(words.letter) >= share_with(words.two_letters) > 0.9

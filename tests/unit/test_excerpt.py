"""The words around the terms of a query."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc_lens.domain.search.excerpt import beginning, excerpt, patterns_of
from sdlc_lens.domain.search.query import read_query

FILLING = " ".join(["word"] * 40)


def shown(text: str, query: str) -> str | None:
    return excerpt(text, patterns_of(read_query(query).terms))


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("the sill", "sill", "the <mark>sill</mark>"),
        ("sills, sill", '"sill"', "sills, <mark>sill</mark>"),
        ("the sills", "si", "the <mark>sills</mark>"),
        ("windowsill", "sill", None),
        ("tide gauge, tide", '"tide gauge"', "<mark>tide gauge</mark>, tide"),
        ("tide, the gauge", '"tide gauge"', None),
        ("see `sync_engine.py`", "sync_engine", "see `<mark>sync_engine</mark>.py`"),
        ("see sync engine", "sync_engine.py", None),
        ("CR-0007 and cr0007", "CR0007", "<mark>CR-0007</mark> and <mark>cr0007</mark>"),
        ("ÜBER \u0130nn", "uber inn", "<mark>ÜBER</mark> <mark>\u0130nn</mark>"),
        ("U\u0308ber", "über", "<mark>Über</mark>"),
        ("Stra\u00dfe 5", "strasse", "<mark>Stra\u00dfe</mark> 5"),
        ("\u017ftrange \ufb01", "strange fi", "<mark>\u017ftrange</mark> <mark>\ufb01</mark>"),
        ("\u039f\u03a3, m", "\u03bf\u03c2", "<mark>\u039f\u03a3</mark>, m"),
        ("5 \u00b5m", "\u03bcm", "5 <mark>\u00b5m</mark>"),
        ("x\u0302y z", "xy", "<mark>x\u0302y</mark> z"),
        ("\ufb00 x\u0302 gauge", "x gauge", "\ufb00 <mark>x\u0302</mark> <mark>gauge</mark>"),
        ("\ud55c\uad6d", "\ud558", None),
        ("a\n\n  sill \n", "sill", "a <mark>sill</mark>"),
        ("<b>sill</b> & \"x\"", "sill", "&lt;b&gt;<mark>sill</mark>&lt;/b&gt; &amp; &quot;x&quot;"),
        ("", "sill", None),
    ],
)  # fmt: skip
def test_marks(text: str, query: str, expected: str | None) -> None:
    assert shown(text, query) == expected


def test_about_thirty_two_words_around_the_hit() -> None:
    found = shown(f"{FILLING} sill {FILLING}", "sill")
    assert found is not None
    assert found.startswith("\u2026word")
    assert found.endswith("word\u2026")
    assert len(found.split()) == 32
    assert found.split().index("<mark>sill</mark>") == 8


@pytest.mark.parametrize(("before", "place"), [(0, 0), (5, 5), (40, 8), (70, 22), (79, 31)])
def test_as_many_words_near_an_end_of_the_text(before: int, place: int) -> None:
    words = ["word"] * 80
    words[before] = "sill"
    found = shown(" ".join(words), "sill")
    assert found is not None
    assert len(found.split()) == 32
    assert found.replace("\u2026", "").split().index("<mark>sill</mark>") == place


def test_place_with_most_terms_is_taken() -> None:
    found = shown(f"sill {FILLING} {FILLING} gauge {FILLING} {FILLING} sill, gauge", "sill gauge")
    assert found is not None
    assert found.endswith("<mark>sill</mark>, <mark>gauge</mark>")


def test_hit_far_down_a_long_text() -> None:
    for place in (65_530, 65_536, 65_540, 2_000_000):
        found = shown("x" * place + " tide gauge", '"tide gauge"')
        assert found is not None
        assert found.endswith("<mark>tide gauge</mark>")
        assert len(found) < 700


# A text is searched in parts of 65,536 characters, which overlap by 500 on each side.
AROUND_BOUNDS = [bound + n for bound in (65_036, 65_536, 66_036) for n in range(-12, 3)]


@pytest.mark.parametrize("query", ['"ship"', '"friend"', '"ship yard"'])
def test_piece_of_a_word_at_the_bound_of_a_part_is_not_a_hit(query: str) -> None:
    for place in AROUND_BOUNDS:
        assert shown(f"{'-' * place}friendship yard{'-' * 1000}", query) is None, place


def test_hit_at_the_bound_of_a_part() -> None:
    for place in AROUND_BOUNDS:
        found = shown(f"{'-' * place}tide, gauge{'-' * 1000}", '"tide gauge"')
        assert found is not None, place
        assert "<mark>tide, gauge</mark>" in found, place


def test_piece_of_a_word_at_the_beginning_of_an_excerpt_is_not_marked() -> None:
    for length in range(630, 645):
        found = shown(f"friendship{'-' * length}sill", '"ship" sill')
        assert found is not None
        assert found.count("<mark>") == 1, length


def test_phrase_longer_than_an_excerpt() -> None:
    found = shown(FILLING, f'"{FILLING}"')
    assert found is not None
    assert found.startswith("<mark>word word")
    assert found.endswith("word</mark>\u2026")


def test_beginning() -> None:
    assert beginning(" # A <b>\n\nshort text\n") == "# A &lt;b&gt; short text"
    assert len(beginning(FILLING).split()) == 32
    assert beginning(FILLING).endswith("word\u2026")
    assert beginning("") == ""
    assert len(beginning("x" * 2_000_000)) < 700


TEXTS = st.text(st.one_of(st.sampled_from("ab <&\"'-_\u0308Ü\u0130\0\n"), st.characters()))


@given(TEXTS, TEXTS)
def test_excerpt_is_a_piece_of_the_text_and_safe(text: str, query: str) -> None:
    terms = read_query(query).terms
    found = excerpt(text, patterns_of(terms)) if terms else beginning(text)
    if found is not None:
        bare = found.replace("<mark>", "").replace("</mark>", "")
        assert not set("<>\"'") & set(bare)
        assert found.count("<mark>") == found.count("</mark>") == len(re.findall("<mark>.", found))
        assert found.count("<mark>") > 0 or not terms
        assert len(html.unescape(bare)) <= len(text) + 2

"""Folding of case and accents."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sdlc_lens.domain.search.folding import Folded, composed, fold, indexed_text

TEXTS = st.text(
    st.one_of(
        st.sampled_from("aX \u0301\u0302\u00df\u0130\ufb03\u0141\u0390\u03a3"), st.characters()
    )
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Sill", "sill"),
        ("\u00dcn\u00ef C\u00f6d\u00e9", "uni code"),
        ("u\u0308ber", "uber"),
        ("\u0395\u039b\u039b\u0386\u03a3", "\u03b5\u03bb\u03bb\u03b1\u03c3"),
        ("\u0419\u0451", "\u0438\u0435"),
        ("Stra\u00dfe", "strasse"),
        ("\u0130\u0131", "ii"),
        ("\u0141\u00d8\u0110", "lod"),
        ("\u212bngstr\u00f6m", "angstrom"),
        ("\u05e1\u05b5\u05e4\u05b6\u05e8", "\u05e1\u05e4\u05e8"),
        ("\u0643\u0650\u062a\u064e\u0627\u0628 \u0623", "\u0643\u062a\u0627\u0628 \u0627"),
        # What is no accent stays: another syllable, vowel sign or voiced kana is another letter.
        ("\ud55c", "\ud55c"),
        ("\u304c", "\u304c"),
        ("\u0939\u093f", "\u0939\u093f"),
        ("\u2014 \u2192 \U0001f50d", "\u2014 \u2192 \U0001f50d"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_every_character_folded_stays_folded() -> None:
    without_meaning = {"Cn", "Co", "Cs"}  # not assigned, private, half of a pair
    characters = map(chr, range(sys.maxunicode + 1))
    whole = "".join(one for one in characters if unicodedata.category(one) not in without_meaning)
    once = fold(whole)
    assert fold(once) == once


@given(st.text(st.one_of(st.sampled_from("aX \u0301\u00df\u0130"), st.characters(codec="utf-8"))))
@example("Stra\u00dfe " + "".join(map(chr, range(0x390, 0x3D0))))
def test_indexed_text_is_folded_but_for_the_case_of_ascii(text: str) -> None:
    indexed = indexed_text(f"{text} \u00df".encode())
    assert indexed is not None
    assert indexed.encode().lower().decode() == fold(f"{text} \u00df")


@given(TEXTS)
def test_every_place_leads_back(text: str) -> None:
    folded = Folded(composed(text))
    assert folded.text == fold(text)
    end = 0
    for place, character in enumerate(folded.source):
        start, end = end, end + len(fold(character))
        for index in range(start, end):
            assert place <= folded.place(index) <= place + index - start
    assert (end, folded.place(end)) == (len(folded.text), len(folded.source))

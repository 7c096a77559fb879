"""The query language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdlc_lens.domain.search.query import Term, read_query


def open_word(*forms: str) -> Term:
    return Term(forms, is_open=True)


def terms(text: str) -> list[Term]:
    return list(read_query(text).terms)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sill", [open_word("sill")]),
        ("sill gauge", [Term(("sill",)), open_word("gauge")]),
        ('"tide gauge"', [Term(("tide gauge",))]),
        ('"tide gauge" sill', [Term(("tide gauge",)), open_word("sill")]),
        ('sill "tide gauge"', [Term(("sill",)), Term(("tide gauge",))]),
        ('sill "tide gau', [Term(("sill",)), open_word("tide gau")]),
        ('"tide gauge" ---', [Term(("tide gauge",))]),
        ("\u201ctide gauge\u201d", [Term(("tide gauge",))]),
        ('5" disk', [Term(("5",)), open_word("disk")]),
        ("sill ---", [open_word("sill")]),
        ("tide-gauge.py", [open_word("tide-gauge.py")]),
        ("(sill)", [open_word("sill")]),
        ("NEAR(a b)", [Term(("near(a",)), open_word("b")]),
        ("a\0b", [Term(("a",)), open_word("b")]),
        ("\u00c9L\u00c8VE", [open_word("eleve")]),
    ],
)
def test_terms(text: str, expected: list[Term]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize("text", ['"', '""', "---", "\0", " ", '" "', "*", "\U0001f389", "_"])
def test_text_without_words_finds_nothing(text: str) -> None:
    assert terms(text) == []


@pytest.mark.parametrize("written", ["CR-0007", "cr0007", "[[CR-0007]]", "CR-0007,"])
def test_id_is_looked_for_in_both_forms(written: str) -> None:
    query = read_query(written)
    assert query.terms == (open_word("cr0007", "cr 0007"),)
    assert query.ref == "CR0007"
    assert query.type == "cr"


@pytest.mark.parametrize("written", ["CR-0007-slug", "US001", "RUN-01KXPJG9"])
def test_what_only_looks_like_an_id_is_a_word(written: str) -> None:
    assert terms(written) == [open_word(written.lower())]


def test_whole_query_is_a_name() -> None:
    assert read_query(' "US0001-one" ').name == "US0001-one"
    assert read_query("[[US0001-one]]").name == "US0001-one"
    assert read_query("US0001-one").type == "story"
    assert read_query("brand-guide").type is None


@given(st.text(max_size=500))
def test_any_text_is_a_query(text: str) -> None:
    query = read_query(text)
    assert all(form.strip() for term in query.terms for form in term.forms)
    assert [term.is_open for term in query.terms[:-1]] == [False] * len(query.terms[:-1])

"""Search on a real index."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.documents import row, stored
from support.searching import filled, found, names

from sdlc_lens.db.database import Database
from sdlc_lens.domain.search.query import read_query
from sdlc_lens.queries import search
from sdlc_lens.queries.search import Filters, search_documents, search_quickly

pytestmark = pytest.mark.anyio


async def test_all_words_must_occur_in_any_order(database: Database) -> None:
    await filled(database, {"a": "# One\n\ntide and sill", "b": "# Two\n\ntide"})
    assert await names(database, "sill tide") == ["a"]
    assert sorted(await names(database, "tide")) == ["a", "b"]
    assert await names(database, "tide swell") == []


async def test_words_may_be_spread_over_title_and_text(database: Database) -> None:
    await filled(database, {"a": "# Gauge\n\nreads the sill"})
    assert await names(database, "sill gauge") == ["a"]


async def test_last_word_may_be_unfinished_the_others_not(database: Database) -> None:
    await filled(database, {"a": "# One\n\nharbour gauge"})
    assert await names(database, "harbour gau") == ["a"]
    assert await names(database, "harb gauge") == []
    assert await names(database, '"harbour gau"') == []
    assert await names(database, '"harbour gau') == ["a"]


async def test_phrase_is_found_in_its_order(database: Database) -> None:
    await filled(database, {"a": "# One\n\ntide gauge", "b": "# Two\n\ngauge of the tide"})
    assert await names(database, '"tide gauge"') == ["a"]
    assert sorted(await names(database, "tide gauge")) == ["a", "b"]


@pytest.mark.parametrize("text", ["uber", "ÜBER", "U\u0308ber", "\u00fcber strasse"])
async def test_accents_and_case_do_not_matter(text: str, database: Database) -> None:
    await filled(database, {"a": "# One\n\nÜber Strasse"})
    assert await names(database, text) == ["a"]


@pytest.mark.parametrize("text", ["sync_engine.py", "sync_engine", "sync", "engine", "ENGINE.p"])
async def test_parts_of_a_compound(text: str, database: Database) -> None:
    await filled(database, {"a": "# One\n\nsee `sync_engine.py`", "b": "# Two\n\npy"})
    assert await names(database, text) == ["a"]


async def test_header_fields_are_searched(database: Database) -> None:
    await filled(database, {"a": "# One\n\n> **Batch:** spring-cleaning\n\ntext"})
    assert await names(database, "cleaning") == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        "\u03b5\u03bb\u03bb\u03b1\u03b4\u03b1",
        "\u0395\u039b\u039b\u0391\u0394\u0391",
        "\u03c4\u03b7\u03c3 \u03bf\u03b4\u03bf\u03c5",
        "\u0435\u043b\u043a\u0430",
        "\u0401\u043b\u043a\u0430",
        "Lodz",
        "smorrebrod",
        "STRASSE",
        "fish",
        "M\u00e9tro",
    ],
)
async def test_accents_and_case_do_not_matter_in_any_script(text: str, database: Database) -> None:
    greek = "\u0395\u03bb\u03bb\u03ac\u03b4\u03b1, \u03c4\u1fc6\u03c2 \u1f41\u03b4\u03bf\u1fe6"
    russian = "\u0451\u043b\u043a\u0430"
    latin = "\u0141\u00f3d\u017a, sm\u00f8rrebr\u00f8d, Stra\u00dfe, \ufb01sh, me\u0301tro"
    await filled(database, {"a": f"# One\n\n{greek}; {russian}; {latin}"})
    _, hits = await found(database, text)
    assert [hit.doc_id for hit in hits] == ["a"]
    assert hits[0].snippet.count("<mark>") == len(text.split())


async def test_snippet_is_html_with_marked_hits(database: Database) -> None:
    text = "# One\n\n" + "word " * 60 + '<script>sill & "gauge"</script> <mark>' + " word" * 60
    await filled(database, {"a": text})
    _, (hit,) = await found(database, "sill gauge")
    assert "&lt;script&gt;<mark>sill</mark> &amp; &quot;<mark>gauge</mark>" in hit.snippet
    assert "&lt;mark&gt;" in hit.snippet
    assert hit.snippet.startswith("\u2026")
    assert hit.snippet.endswith("\u2026")
    assert 25 <= len(hit.snippet.split()) <= 35


async def test_snippet_of_a_hit_that_is_not_in_the_text(database: Database) -> None:
    await stored(database, row(0, "brand-guide.md", title="Colours", source=b"text alone"))
    _, (hit,) = await found(database, "brand")
    assert hit.snippet == "<mark>brand</mark>-guide"


async def test_snippet_of_bytes_that_are_no_text(database: Database) -> None:
    await filled(database, {"a": b"\xff\xfe sill \0 gauge"})
    _, (hit,) = await found(database, "sill")
    assert "<mark>sill</mark>" in hit.snippet
    assert await names(database, "gauge") == ["a"]


async def test_filters(database: Database) -> None:
    more = {"source": b"sill", "title": "x"}
    await stored(
        database,
        row(0, "a.md", status="Done", owner="Ann", epic="EP0001", **more),
        row(0, "b.md", status="Draft", owner="Ben", type="bug", **more),
        row(0, "c.md", type="epic", **more),
        slug="one",
    )
    await stored(database, row(0, "d.md", **more), slug="two")
    for filters, expected in (
        (Filters(projects=["two"]), "d"),
        (Filters(projects=["two", "one"]), "abcd"),
        (Filters(projects=["nowhere"]), ""),
        (Filters(types=["bug", "epic"]), "bc"),
        (Filters(statuses=["Done"]), "a"),
        (Filters(statuses=["Done", "none"], projects=["one"]), "ac"),
        (Filters(owners=["Ben"]), "b"),
        (Filters(epics=["EP0001"]), "a"),
        (Filters(types=["bug"], owners=["Ann"]), ""),
    ):
        assert sorted(await names(database, "sill", filters)) == list(expected), filters


async def test_filter_does_not_hide_how_many_there_are(database: Database) -> None:
    texts = {f"d{number}": "# One\n\nsill" for number in range(7)}
    await filled(database, texts, slug="one")
    await filled(database, texts, slug="two")
    total, hits = await found(database, "sill", Filters(projects=["one"]), limit=3)
    assert (total, len(hits)) == (7, 3)
    assert {hit.project_slug for hit in hits} == {"one"}


async def test_pages_cover_every_document_once(database: Database) -> None:
    await filled(database, {f"d{number}": "# Same\n\nsill" for number in range(23)})
    seen: list[str] = []
    scores: list[float] = []
    for offset in range(0, 25, 5):
        total, hits = await found(database, "sill", offset=offset, limit=5)
        assert total == 23
        seen += [hit.doc_id for hit in hits]
        scores += [hit.score for hit in hits]
    assert len(seen) == len(set(seen)) == 23
    assert scores == sorted(scores, reverse=True)
    assert await found(database, "sill", offset=100) == (23, [])


QUERIES = st.text(
    st.one_of(st.sampled_from("ab \"*():^-+{}\\\0'.,;%_<>&|\u201c"), st.characters()), max_size=60
)
WORDS = st.lists(st.sampled_from(["tide", "AND", "OR", "NOT", "NEAR(", '"', "*", "sill"]))


@pytest.fixture
async def harbour(database: Database) -> Database:
    """A database in which most single words of the queries below occur."""
    texts = {"a": "# Tide\n\nand sill or near", "b": "# Sill\n\na b not", "c": "# A b\n\n\0"}
    await filled(database, texts)
    return database


@settings(max_examples=75)
@given(st.one_of(QUERIES, WORDS.map(" ".join)))
async def test_no_text_is_a_syntax_error(harbour: Database, text: str) -> None:
    total, hits = await found(harbour, text)
    assert total == len(hits)
    assert all(hit.snippet.count("<mark>") == hit.snippet.count("</mark>") > 0 for hit in hits)


async def test_as_many_words_as_fit(database: Database) -> None:
    await filled(database, {"a": "# One\n\na"})
    assert await names(database, "a " * 249 + "a") == ["a"]
    assert await names(database, '"' * 500) == []


@pytest.mark.parametrize(
    ("text", "limit", "value"),
    [
        ("tide", "MOST_HITS", 1),
        ("tide", "MOST_BYTES", 30),
        ("tide", "MOST_DOCUMENTS", 1),
        ("ti", "MOST_BYTES", 30),
        ("t", "MOST_HITS", 2),
    ],
)
async def test_quick_search_finds_the_same_or_leaves_it_to_a_thread(
    database: Database, monkeypatch: pytest.MonkeyPatch, text: str, limit: str, value: int
) -> None:
    await filled(database, {"a": "# One\n\ntide and sill", "b": "# Tide\n\ngauge of the tide"})
    asked = read_query(text), Filters(), 0, 50
    async with database.read() as session:
        quickly = await session.run(search_quickly, *asked)
        assert quickly in (await session.run(search_documents, *asked), None)
        assert (quickly is None) == (len(text) == 1)
        monkeypatch.setattr(search, limit, value)
        assert await session.run(search_quickly, *asked) is None

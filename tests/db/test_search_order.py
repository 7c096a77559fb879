"""The order of what a search finds."""

import pytest
from support.documents import row, stored
from support.searching import answer_to, filled, found, names

from sdlc_lens.db.database import Database

pytestmark = pytest.mark.anyio


async def test_title_outranks_text(database: Database) -> None:
    often = "# Other\n\n" + "sill " * 500
    await filled(database, {"a": often, "b": "# A sill\n\n" + "long text " * 2000, "c": often})
    assert await names(database, "sill") == ["b", "a", "c"]


async def test_a_part_in_the_title_outranks_all_in_the_text(database: Database) -> None:
    text = "# Other\n\n" + "sill gauge " * 100
    partly = "# A sill\n\na gauge " + "long text " * 2000
    whole = "# The gauge at the sill\n\n" + "long text " * 2000
    await filled(database, {"a": text, "b": partly, "c": whole, "d": text})
    assert await names(database, "sill gauge") == ["c", "b", "a", "d"]


async def test_document_asked_for_by_id_comes_first(database: Database) -> None:
    mention = "# US0001 in a title\n\n" + "US0001 " * 100
    await filled(database, {"a": mention, "US0001-one": "# One\n\nno id in here", "b": mention})
    await answer_to(database, "US0001", "US0001-one")
    for text in ("US0001", "us-0001", "[[US0001]]", '"US0001"', "us0001-ONE"):
        _, hits = await found(database, text)
        assert (hits[0].doc_id, hits[0].score) == ("US0001-one", 1.0), text
    assert len(await names(database, "US0001")) == 3


async def test_alias_is_an_id_too_but_less_than_its_owner(database: Database) -> None:
    texts = {"a": "# A US0002\n\nUS0002", "b": "# B\n\nUS0002", "c": "# C\n\nUS0002"}
    await filled(database, texts)
    await answer_to(database, "US0002", "c", own=False)
    assert (await names(database, "US0002"))[0] == "c"
    await answer_to(database, "US0002", "b")
    assert (await names(database, "US0002"))[:2] == ["b", "c"]


async def test_of_two_owners_the_one_of_the_ids_type_comes_first(database: Database) -> None:
    review = row(0, "US0003-review.md", type="review", source=b"US0003 " * 50)
    await stored(database, review, row(0, "US0003-tide.md", source=b"US0003"))
    await answer_to(database, "US0003", "US0003-review")
    await answer_to(database, "US0003", "US0003-tide")
    assert await names(database, "US0003") == ["US0003-tide", "US0003-review"]


async def test_either_form_of_an_id_finds_the_other(database: Database) -> None:
    await filled(database, {"a": "# A\n\nsee CR-0007", "b": "# B\n\nsee CR0007"})
    assert sorted(await names(database, "CR0007")) == ["a", "b"]
    assert sorted(await names(database, "cr-0007")) == ["a", "b"]

"""Search."""

import httpx
import pytest
from support.browsing import PORT, visit

pytestmark = pytest.mark.anyio


async def test_words_are_marked_in_excerpts_without_markdown(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/search?q=berths")
    assert "4 documents" in page.one("p", class_="lead").text
    assert {found.text for found in page.all("mark")} == {"berths", "Berths"}
    assert "· Verify: pytest -k list · Verified: yes (2026-08-11) · AC2: Berths are" in page.text


async def test_filters_state_how_many_hits_they_leave(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/search?q=the")
    types = page.one("select", name="type").all("option")
    assert sum(int(found.text.rpartition("(")[2][:-1]) for found in types[1:]) == int(
        page.one("p", class_="lead").text.split()[0]
    )
    chosen = await visit(visitor, "/search?q=the&type=story&project=port&status=Blocked")
    assert [found.text for found in chosen.one("ol").all("h2")] == ["US0003 Know the tide"]


@pytest.mark.parametrize("text", ["US0003", "us0003", "[[US0003]]"])
async def test_exact_id_redirects_to_its_document(visitor: httpx.AsyncClient, text: str) -> None:
    answer = await visitor.get("/search", params={"q": text, "project": "port"})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PORT}/documents/story/US0003-tide"


async def test_exact_id_as_csv_is_a_list(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/search?q=US0003&project=port&format=csv")
    assert "port,story,US0003-tide,US0003: Know the tide,Blocked" in answer.text


async def test_id_of_two_projects_does_not_redirect(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/search?q=US0003")
    assert len(page.one("ol", class_="hits").all("h2")) >= 2
    inside = await visitor.get("/search?q=US0003&project=harbour")
    assert inside.headers["location"] == "/projects/harbour/documents/story/US0003-three"


@pytest.mark.parametrize("text", ["nowhere", "%22", "%00", "*", "%ff"])
async def test_search_without_hits_says_so(visitor: httpx.AsyncClient, text: str) -> None:
    page = await visit(visitor, f"/search?q={text}&type=x")
    assert "No document has all of these words." in page.text


async def test_search_without_words_lists_nothing(visitor: httpx.AsyncClient) -> None:
    assert not (await visit(visitor, "/search")).all("ol")
    assert not (await visit(visitor, "/search?q=")).all("ol")
    await visit(visitor, "/search?q=" + "x" * 600, 422)


async def test_pages_have_each_hit_once_and_csv_all(
    visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdlc_lens.web.search.PER_PAGE", 3)
    first = await visit(visitor, "/search?q=berths")
    second = await visit(visitor, first.link("Next page"))
    found = [hit.text for page in (first, second) for hit in page.one("ol").all("h2")]
    assert len(found) == len(set(found)) == 4
    assert "Page 2 of 2" in second.text
    assert len((await visitor.get(first.link("Download as CSV"))).text.splitlines()) == 5
    assert "past the end" in (await visit(visitor, "/search?q=berths&page=3")).text


async def test_csv_has_no_excerpts(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/search?q=berths")
    lines = (await visitor.get(page.link("Download as CSV"))).text.splitlines()
    assert lines[0] == "project,type,doc_id,title,status,path"
    assert len(lines) == 5

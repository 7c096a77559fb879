"""A client that reads pages as a browser does."""

from urllib.parse import urldefrag, urljoin

import httpx

from support.html import Element, parse

ORIGIN = {"Origin": "http://lens"}
PORT = "/projects/port"
"""The address of the project with a bit of everything."""


async def visit(client: httpx.AsyncClient, address: str, status: int = 200) -> Element:
    """The page at ADDRESS, which must be a whole page."""
    answer = await client.get(address)
    assert answer.status_code == status, (address, answer.text[:500])
    return read(answer)


def read(answer: httpx.Response) -> Element:
    """The page that was answered; checks what holds for every page."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = parse(answer.text)
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("head").one("title").text
    assert page.one("h1").text
    assert page.one("main").attributes["id"] == "content"
    assert not page.all("style", "iframe", "object")
    assert page.one("script").attributes["src"].endswith(".js")
    assert not page.one("script").text
    for image in page.all("img"):
        assert image.attributes["src"].startswith("/"), "an image of this service"
        assert image.attributes["alt"]
    ids = [found.attributes["id"] for found in page.all() if "id" in found.attributes]
    assert len(ids) == len(set(ids)), "an id occurs twice"
    labelled = {label.attributes.get("for") for label in page.all("label")}
    inside = {id(field) for label in page.all("label") for field in label.all("input")}
    for element in page.all():
        assert not {"style", "onclick", "onload", "onerror"} & set(element.attributes)
        if element.tag in ("input", "select") and element.attributes.get("type") != "hidden":
            assert element.attributes.get("id") in labelled or id(element) in inside, "no label"
    for heading in page.all("th"):
        assert heading.text or not heading.attributes.get("scope")
    return page


def links(page: Element, address: str) -> set[tuple[str, str]]:
    """The addresses and fragments of this service that the page links to, or shows."""
    found = set()
    for link in page.all("a", "link", "img"):
        written = link.attributes.get("href") or link.attributes["src"]
        target, fragment = urldefrag(urljoin(address, written))
        if written.startswith(("/", "#", "?")):
            found.add((target, fragment))
    return found

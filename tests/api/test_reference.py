"""GET /api/v1/docs: the reference page."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from sdlc_lens.api.reference import render

pytestmark = pytest.mark.anyio

VOID = {"meta"}
LOADING = {"src", "srcset", "action", "style", "onclick", "onload", "http-equiv"}


class Page(HTMLParser):
    """What a page consists of; its elements must be nested as HTML wants."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        given = dict(attributes)
        self.attributes |= set(given)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        self.open += [] if tag in VOID else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_page_shows_everything(client: httpx.AsyncClient) -> None:
    schema = (await client.get("/api/v1/openapi.json")).json()
    answer = await client.get("/api/v1/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()}{path}" in page.text
            for parameter in operation.get("parameters", []):
                assert parameter["name"] in page.text
    for name, component in schema["components"]["schemas"].items():
        assert name in page.ids
        for field in component.get("properties", {}):
            assert field in page.text


async def test_links_resolve(client: httpx.AsyncClient) -> None:
    page = Page((await client.get("/api/v1/docs/")).text)
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids
        else:
            assert (await client.get(link)).status_code == 200


async def test_page_loads_nothing_and_its_policy_allows_its_style_only(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/api/v1/docs")
    page = Page(answer.text)
    assert not page.names & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not page.attributes & LOADING
    assert "http:" not in answer.text
    assert "https:" not in answer.text
    (style,) = re.findall(r"<style>(.*)</style>", answer.text, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")


def test_text_of_a_schema_is_escaped() -> None:
    attack = "<script>&\"'"
    operation: dict[str, Any] = {
        "operationId": attack,
        "tags": [attack],
        "description": attack,
        "parameters": [{"name": attack, "in": attack, "schema": {"enum": [attack]}}],
        "responses": {attack: {"description": attack}},
    }
    schema = {
        "info": {"title": attack, "version": attack, "summary": attack, "description": attack},
        "paths": {attack: {attack: operation}},
        "components": {"schemas": {attack: {"properties": {attack: {"default": attack}}}}},
    }
    page = Page(render(schema, attack))
    assert "script" not in page.names
    assert page.text.count(attack) > 10
    assert attack in page.ids


@pytest.mark.parametrize(("chosen", "shown"), [("dark", "dark"), ("x", "system")])
async def test_page_has_the_theme_that_was_chosen(
    client: httpx.AsyncClient, chosen: str, shown: str
) -> None:
    answer = await client.get("/api/v1/docs", headers={"Cookie": f"theme={chosen}"})
    assert f'<html lang="en" data-theme="{shown}">' in answer.text
    assert "Cookie" in answer.headers["vary"]

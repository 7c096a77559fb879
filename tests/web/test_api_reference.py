"""GET /api/v1/docs: the reference of the API as a page."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import visit
from support.html import Element

pytestmark = pytest.mark.anyio

ADDRESS = "/api/v1/docs"


@pytest.fixture(scope="module")
async def page(visitor: httpx.AsyncClient) -> Element:
    return await visit(visitor, f"{ADDRESS}/")


async def test_page_shows_every_operation_and_field(
    visitor: httpx.AsyncClient, page: Element
) -> None:
    schema = (await visitor.get("/api/v1/openapi.json")).json()
    headings = [found.text for found in page.all("h3")]
    texts = {found.text for found in page.all("code")}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert f"{method.upper()}{path}" in headings
            assert texts >= {found["name"] for found in operation.get("parameters", [])}
    for name, body in schema["components"]["schemas"].items():
        assert name in headings
        assert texts >= set(body.get("properties", {}))


async def test_links_lead_to_operations_and_fields(page: Element) -> None:
    ids = {found.attributes["id"] for found in page.all("h3")}
    named = {found.attributes["href"].partition("#")[2] for found in page.one("main").all("a")}
    assert named >= ids - {"Problem"}
    assert named - {""} <= ids


async def test_text_of_a_schema_is_escaped(app: FastAPI, client: httpx.AsyncClient) -> None:
    attack = "<script>&\"'"
    operation: dict[str, Any] = {
        "operationId": attack,
        "tags": [attack],
        "description": attack,
        "parameters": [{"name": attack, "in": attack, "schema": {"enum": [attack]}}],
        "responses": {attack: {"description": attack}},
    }
    app.openapi_schema = {
        "info": {"title": attack, "version": attack, "summary": attack, "description": attack},
        "paths": {attack: {attack: operation}},
        "components": {
            "schemas": {f"{attack} body": {"properties": {attack: {"default": attack}}}}
        },
    }
    setattr(app, "openapi", lambda: app.openapi_schema)  # noqa: B010 - a method of the library
    page = await visit(client, ADDRESS)
    assert page.one("main").text.count(attack) > 10

"""GET /api/v1/openapi.json: the contract as it stands.

To accept a changed contract: LENS_ACCEPT=1 python -m pytest -c backend/pyproject.toml
tests/api/test_openapi.py
"""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from sdlc_lens.version import version

pytestmark = pytest.mark.anyio

SNAPSHOT = Path(__file__).with_name("openapi.json")
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


@pytest.fixture
async def schema(visitor: httpx.AsyncClient) -> dict[str, Any]:
    answer = await visitor.get("/api/v1/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    described: dict[str, Any] = answer.json()
    return described


async def test_schema_equals_the_accepted_one(schema: dict[str, Any]) -> None:
    assert schema["info"].pop("version") == version()
    written = json.dumps(schema, indent=1, sort_keys=True) + "\n"
    if os.environ.get("LENS_ACCEPT"):
        SNAPSHOT.write_text(written)
    assert json.loads(SNAPSHOT.read_text()) == schema, "see the top of this file"


async def test_every_operation_lists_its_problems(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            responses = operation["responses"]
            assert responses["default"]["content"] == PROBLEM, (path, method)
            assert ("304" in responses) == (method == "get")
            assert operation["description"]
            for status, response in responses.items():
                if status.startswith(("4", "5")) and "health" not in path:
                    assert response["content"] == PROBLEM, (path, method, status)
                    assert response["description"]


async def test_every_reference_resolves(schema: dict[str, Any]) -> None:
    text = json.dumps(schema)
    for name in schema["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, "nothing refers to it"
    assert "HTTPValidationError" not in text
    for reference in text.split('"$ref": "#/components/schemas/')[1:]:
        assert reference.partition('"')[0] in schema["components"]["schemas"]

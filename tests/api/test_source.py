"""GET /api/v1/projects/{slug}/documents/{type}/{doc_id}/source."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.problems import problem

pytestmark = pytest.mark.anyio

ODD = b"\xef\xbb\xbf# \xff\x00\r\n<script>alert(1)</script>\r"


async def test_source_is_the_file_byte_for_byte(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    (workspace / "stories" / "US0001-one.md").write_bytes(ODD)
    await client.post(f"{synced}/sync")
    await app.state.runner.wait()
    for name in ("US0001-one", "US0001", "US0001?path=stories/US0001-one.md"):
        address, _, query = name.partition("?")
        answer = await client.get(f"{synced}/documents/story/{address}/source?{query}")
        assert answer.content == ODD


async def test_source_is_sandboxed_in_a_browser(visitor: httpx.AsyncClient, harbour: str) -> None:
    answer = await visitor.get(f"{harbour}/documents/prd/prd/source")
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox"} <= set(policy)
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_unchanged_source_is_304(visitor: httpx.AsyncClient, harbour: str) -> None:
    address = f"{harbour}/documents/prd/prd/source"
    tag = (await visitor.get(address)).headers["etag"]
    again = await visitor.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_not_found(visitor: httpx.AsyncClient, harbour: str) -> None:
    for path in ("documents/prd/none/source", "documents/prd/prd/source?path=x"):
        problem(await visitor.get(f"{harbour}/{path}"), 404, "NOT_FOUND")
    problem(await visitor.get("/api/v1/projects/x/documents/prd/prd/source"), 404, "NOT_FOUND")

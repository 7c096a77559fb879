"""The access log, and the request id in every line."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sdlc_lens.api.middleware.access_log import LONGEST_LOGGED
from sdlc_lens.api.middleware.paths import QUIET
from sdlc_lens.logs import JsonLines

pytestmark = pytest.mark.anyio


@pytest.fixture
def log() -> Iterator[StringIO]:
    """The lines that are logged from here on."""
    text = StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def entries(log: StringIO, logger: str = "sdlc_lens.access") -> list[Any]:
    """What was logged since the last call."""
    lines = map(json.loads, log.getvalue().splitlines())
    found = [entry for entry in lines if entry["logger"].startswith(logger)]
    log.truncate(log.seek(0))
    return found


async def test_line_of_a_request(visitor: httpx.AsyncClient, harbour: str, log: StringIO) -> None:
    entries(log)
    answer = await visitor.head(f"{harbour}/documents/?type=epic&q=%0aforged")
    (entry,) = entries(log)
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert entry["method"] == "HEAD"
    assert entry["path"] == f"{harbour}/documents/?type=epic&q=%0aforged"
    assert entry["status"] == 200
    assert entry["ms"] > 0
    assert entry["client"] == "127.0.0.1"
    assert entry["message"].startswith(f"127.0.0.1 HEAD {entry['path']} 200 ")


async def test_failed_head_is_logged_as_it_was_sent(
    app: FastAPI, client: httpx.AsyncClient, log: StringIO
) -> None:
    @app.get("/fails")
    async def fails() -> None:
        raise RuntimeError("internal detail")

    answer = await client.head("/fails/")
    (entry,) = entries(log)
    assert (entry["method"], entry["path"], entry["status"]) == ("HEAD", "/fails/", 500)
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert answer.status_code == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not answer.content


async def test_line_of_a_refusal(visitor: httpx.AsyncClient, log: StringIO) -> None:
    await visitor.get("/" + "x" * 5000)
    await visitor.post("/api/v1/projects", content=b" " * 70_000)
    await visitor.get("/api/v1/projects", headers={"Host": "rebound.example"})
    missing, large, host = entries(log)
    assert missing["status"] == 404
    assert len(missing["path"]) == LONGEST_LOGGED
    assert (large["status"], host["status"]) == (413, 400)


@pytest.mark.parametrize("path", sorted(QUIET))
async def test_probes_leave_no_line(path: str, visitor: httpx.AsyncClient, log: StringIO) -> None:
    await visitor.get(path)
    await visitor.get(f"{path}/?probe=1")
    assert not entries(log)
    await visitor.get("/api/v1/projects")
    assert len(entries(log)) == 1


async def test_every_line_of_a_request_has_its_id(
    app: FastAPI, client: httpx.AsyncClient, log: StringIO, synced: str
) -> None:
    @app.get("/fails")
    async def fails() -> None:
        raise RuntimeError("internal detail")

    entries(log)
    failed = (await client.get("/fails")).headers["x-request-id"]
    begun = (await client.post(f"{synced}/sync")).headers["x-request-id"]
    await app.state.runner.wait()
    error, first, *rest = entries(log, "sdlc_lens")
    assert "internal detail" in error["exception"]
    assert error["request_id"] == first["request_id"] == failed
    assert any("sync" in entry["logger"] for entry in rest)
    assert {entry["request_id"] for entry in rest} == {begun}
    logging.getLogger("sdlc_lens").warning("afterwards")
    (entry,) = entries(log, "sdlc_lens")
    assert "request_id" not in entry


@pytest.mark.parametrize("given", ["a", "7f3-9.B_x", "x" * 64])
async def test_given_id_is_kept(given: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/api/nowhere", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] == answer.json()["instance"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "<script>", "a\tb", "l\xe9ns"])
async def test_unsafe_id_is_replaced(given: str, visitor: httpx.AsyncClient) -> None:
    headers = [(b"X-Request-ID", given.encode("latin-1"))]
    answer = await visitor.get("/livez", headers=headers)
    assert len(answer.headers["x-request-id"]) == 32

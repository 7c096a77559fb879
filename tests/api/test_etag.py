"""ETag and If-None-Match: an ETag changes exactly when its answer does."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

pytestmark = pytest.mark.anyio

PATHS = ["", "/documents", "/documents?type=story", "/../../openapi.json"]


async def tags(client: httpx.AsyncClient, synced: str) -> dict[str, str]:
    return {path: (await client.get(synced + path)).headers["etag"] for path in PATHS}


async def sync(app: FastAPI, client: httpx.AsyncClient, synced: str) -> None:
    assert (await client.post(f"{synced}/sync")).status_code == 202
    await app.state.runner.wait()


@pytest.mark.parametrize(
    ("path", "known"),
    [
        *((path, "{}") for path in PATHS),
        *(("", known) for known in ("W/{}", '"other", {}', "*", ' "a,b" ,{}')),
    ],
)
async def test_unchanged_answer_is_304(
    path: str, known: str, visitor: httpx.AsyncClient, harbour: str
) -> None:
    first = await visitor.get(harbour + path)
    headers = {"If-None-Match": known.format(first.headers["etag"])}
    for method in ("GET", "HEAD"):
        again = await visitor.request(method, harbour + path, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["cache-control"] == "no-cache"
        assert "x-request-id" in again.headers
        assert not {"content-type", "content-length"} & set(again.headers)


@pytest.mark.parametrize("known", ['"other"', "", "other", '"', "W/"])
async def test_other_etags_do_not_match(
    known: str, visitor: httpx.AsyncClient, harbour: str
) -> None:
    answer = await visitor.get(harbour, headers={"If-None-Match": known})
    assert answer.status_code == 200
    assert answer.json()["slug"] == "harbour"


async def test_several_headers_are_one_list(visitor: httpx.AsyncClient, harbour: str) -> None:
    tag = (await visitor.get(harbour)).headers["etag"]
    headers = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert (await visitor.get(harbour, headers=headers)).status_code == 304


async def test_unchanged_sync_keeps_the_etags_of_documents(
    app: FastAPI, client: httpx.AsyncClient, synced: str
) -> None:
    before = await tags(client, synced)
    await sync(app, client, synced)
    after = await tags(client, synced)
    assert before.pop("") != after.pop(""), "last_synced_at has moved"
    assert before == after


async def test_etag_changes_with_the_answer(
    app: FastAPI, client: httpx.AsyncClient, synced: str, workspace: Path
) -> None:
    before = await tags(client, synced)
    (workspace / "prd.md").write_text("# Another title\n")
    await sync(app, client, synced)
    after = await tags(client, synced)
    assert before["/documents"] != after["/documents"]
    assert before["/documents?type=story"] == after["/documents?type=story"]


async def test_errors_and_changes_have_no_etag(client: httpx.AsyncClient, synced: str) -> None:
    answers = [
        await client.get("/api/v1/projects/nowhere", headers={"If-None-Match": "*"}),
        await client.post(f"{synced}/sync", headers={"If-None-Match": "*"}),
        await client.put(synced, json={"name": "Quay"}, headers={"If-None-Match": "*"}),
        await client.delete(synced, headers={"If-None-Match": "*"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 202, 200, 204]
    assert not any("etag" in answer.headers for answer in answers)


async def test_answer_in_parts_has_one_etag(app: FastAPI, client: httpx.AsyncClient) -> None:
    parts = ["one ", "two"]

    @app.get("/parts")
    async def in_parts() -> StreamingResponse:
        return StreamingResponse(iter(parts))

    first = await client.get("/parts")
    assert (first.status_code, first.text) == (200, "one two")
    parts[1] = "three"
    headers = {"If-None-Match": first.headers["etag"]}
    assert (await client.get("/parts", headers=headers)).text == "one three"

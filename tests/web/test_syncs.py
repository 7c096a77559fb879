"""Syncs, and deletions that wait for confirmation."""

import asyncio
import shutil
from itertools import count
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import ORIGIN, PORT, visit

from sdlc_lens.db.database import WriteSession
from sdlc_lens.queries.ingest import Rows, add_documents
from sdlc_lens.queries.leases import take_lease
from sdlc_lens.sources.progress import Progress
from sdlc_lens.sync import apply

pytestmark = pytest.mark.anyio


async def test_sync_now_is_reported(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    (tmp_path / "projects" / "port" / "new.md").write_text("# New\n")
    answer = await client.post(f"{port}/syncs", headers=ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{port}/syncs")
    await app.state.runner.wait()
    page = await visit(client, f"{port}/syncs")
    newest = page.rows()[0]
    assert newest[1:] == ["by hand", "synced", "1", "0", "12", "0", "0"]


async def test_sync_under_way_shows_how_much_is_stored(
    app: FastAPI, client: httpx.AsyncClient, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, released, times = asyncio.Event(), asyncio.Event(), count(1)

    async def slow(session: WriteSession, rows: Rows) -> None:
        if next(times) == 2:
            reached.set()
            await released.wait()
        await add_documents(session, rows)

    monkeypatch.setattr(apply, "add_documents", slow)
    monkeypatch.setattr(apply, "DOCUMENTS_AT_ONCE", 2)
    form = {"name": "Harbour", "folder": str(workspace)}
    landed = (await client.post("/add", data=form, headers=ORIGIN)).headers["location"]
    await asyncio.wait_for(reached.wait(), 10)
    page = await visit(client, landed)
    assert page.one("div", class_="progress").text == "2 of 5 documents stored."
    bar = page.one("progress").attributes
    assert (bar["value"], bar["max"]) == ("2", "5")
    released.set()
    await app.state.runner.wait()


async def test_sync_of_another_process_has_no_progress(
    app: FastAPI, client: httpx.AsyncClient, port: str
) -> None:
    async with app.state.database.write() as session:
        assert await take_lease(session, "port", "f" * 32, lambda _: True)
    page = await visit(client, f"{port}/syncs")
    assert "Another process reads the workspace" in page.one("div", class_="progress").text


async def test_progress_is_not_shown_beside_the_end_of_its_sync(
    app: FastAPI, client: httpx.AsyncClient, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = Progress(documents=12, stored=12)
    monkeypatch.setattr(app.state.runner, "progress", lambda _: left)
    page = await visit(client, f"{port}/syncs")
    assert "last read" in page.one("p", role="status").text
    assert not page.one("div", class_="progress").text


async def test_second_sync_at_once_is_refused(client: httpx.AsyncClient, port: str) -> None:
    await client.post(f"{port}/syncs", headers=ORIGIN)
    answer = await client.post(f"{port}/syncs", headers=ORIGIN)
    assert answer.status_code == 409
    assert "retry-after" in answer.headers


async def test_confirmed_deletion_is_done(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    for name in ("stories", "bugs", "plans"):
        shutil.rmtree(tmp_path / "projects" / "port" / name)
    await client.post(f"{port}/syncs", headers=ORIGIN)
    await app.state.runner.wait()
    page = await visit(client, f"{port}/syncs")
    assert "8 documents are no longer in the workspace" in page.text
    lead = page.one("p", role="status").text
    assert lead == "The last sync changed nothing: it would have removed 8 documents."
    assert page.rows()[0][2] == "waits for confirmation8 documents would have been removed"
    overview = await visit(client, port)
    assert overview.link("See what would be removed") == f"{port}/syncs/confirm"
    for shown in (page, overview):
        assert "--confirm" not in shown.text, "which is for the command line"
    page = await visit(client, page.link("See what would be removed"))
    assert page.one("h1").text == "Remove 8 documents?"
    assert "stories/US0001-list.md" in page.text
    button = page.one("button", class_="danger").attributes
    await client.post(f"{port}/syncs", data={button["name"]: button["value"]}, headers=ORIGIN)
    await app.state.runner.wait()
    assert "4 documents" in (await visit(client, f"{port}/documents")).text
    page = await visit(client, f"{port}/syncs/confirm")
    assert page.one("h1").text == "Nothing to confirm"


async def test_failed_files_are_named(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    large = tmp_path / "projects" / "port" / "large.md"
    with large.open("wb") as file:
        file.truncate(6 * 2**20)
    await app.state.runner.sync("port")
    page = await visit(client, f"{port}/syncs")
    assert page.one("details").one("code").text == "large.md"
    assert "1 file could not be read" in (await visit(client, port)).text


async def test_failed_sync_is_shown_on_every_page(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "projects" / "port")
    await app.state.runner.sync("port")
    assert "did not succeed" in (await visit(client, f"{port}/syncs")).text
    assert "1 sync failed." in (await visit(client, "/")).text
    assert (await visit(client, port)).link("last sync did not succeed") == f"{port}/syncs"


async def test_csv_has_the_reports(visitor: httpx.AsyncClient) -> None:
    lines = (await visitor.get(f"{PORT}/syncs?format=csv")).text.splitlines()
    assert lines[1].split(",")[2:9] == ["manual", "synced", "12", "0", "0", "0", "0"]

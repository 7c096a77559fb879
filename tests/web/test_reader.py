"""What pages of documents keep in memory."""

import gc
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import PORT, visit
from support.services import sync_project
from support.workspaces import write_workspace

from sdlc_lens.queries.documents.detail import Detail, find_document, get_detail
from sdlc_lens.queries.projects import get_project
from sdlc_lens.web import reader
from sdlc_lens.web.markdown import Rendered, render

pytestmark = pytest.mark.anyio


async def test_rendered_documents_are_kept_while_they_fit(
    app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"notes/{name}.md": f"# Note\n\n{name * 300}\n" for name in "abc"}
    await sync_project(app, "kept", write_workspace(tmp_path / "projects/kept", files))
    monkeypatch.setattr(reader, "MOST_BYTES", 700)
    rendered: list[str] = []

    def counted(*arguments: Any) -> Rendered:
        found = render(*arguments)
        rendered.append(found.html[3:4].decode())
        return found

    monkeypatch.setattr(reader, "render", counted)
    documents = reader.Reader(app.state.database)
    async with app.state.database.read() as session:
        project = await get_project(session, "kept")
        details = {
            name: await session.run(
                get_detail, (await session.run(find_document, project.id, "other", name)).id
            )
            for name in "abc"
        }
    for name in "aabbacab":
        found = await documents.read(project, details[name], "/projects/kept")
        assert found.html == f"<p>{name * 300}</p>\n".encode()
    assert "".join(rendered) == "abcb", "two fit, and the one that was read longest ago goes"


async def test_page_leaves_nothing_for_the_garbage_collector(
    visitor: httpx.AsyncClient,
) -> None:
    gc.disable()
    try:
        await visit(visitor, f"{PORT}/documents/story/US0001-list")
        assert not [found for found in gc.get_objects() if isinstance(found, Detail)]
    finally:
        gc.enable()

"""One document."""

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import PORT, visit
from support.services import sync_project
from support.workspaces import write_workspace

from sdlc_lens.web.document import MOST_NAMED

pytestmark = pytest.mark.anyio

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


async def test_document_shows_criteria_relations_and_neighbours(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/documents/story/US0001-list")
    assert page.one("h1").text == "List ships"
    assert "Done delivered, not proven: 1 of 2 acceptance criteria" in page.text
    assert [row[:4] for row in page.rows()] == [
        ["AC1", "Ships are listed", "pytest -k list", "proven, 11 Aug 2026"],
        ["AC2", "Berths are listed", "\u2013", "failed"],
    ]
    assert page.link("EP0001 Port") == f"{PORT}/documents/epic/EP0001-port"
    assert "Story 1 of 5" in page.text
    assert page.link("US0002 \u203a") == f"{PORT}/documents/story/US0002-berth"
    assert page.link("US0004 Leave") == f"{PORT}/documents/story/US0004-leave", "mentioned by"


@pytest.mark.parametrize(
    ("name", "proof"),
    [("US0002", "delivered, proven"), ("US0001", "delivered, not proven: 1 of 2")],
)
async def test_delivered_story_states_whether_it_is_proven(
    visitor: httpx.AsyncClient, name: str, proof: str
) -> None:
    assert proof in (await visit(visitor, f"{PORT}/documents/story/{name}")).text


async def test_proof_not_recorded(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/projects/harbour/documents/story/US0001")
    assert "Done delivered, proof not recorded" in page.text


async def test_relations_are_a_tree(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/documents/story/US0003")
    tree = page.one("ul", class_="tree")
    assert [item.text for item in tree.all("li")] == [
        "EP0001 Port",
        "US0003 Know the tide PL0001 =Plan Draft",
        "PL0001 =Plan Draft",
    ]
    assert [heading.text for heading in page.all("h3")] == ["Required by"]


async def test_dependencies_dangling_relations_and_many_mentions_are_listed(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    head = "# US0001: A\n\n> **Status:** Draft\n> **Depends on:** US0002, US0099\n"
    files = {f"notes/{n}.md": f"# Note {n}\n\nUS0001\n" for n in range(MOST_NAMED + 2)}
    files["stories/US0001.md"] = head
    files["stories/US0002.md"] = "# US0002: B\n\n> **Status:** Done\n"
    address = await sync_project(app, "web", write_workspace(tmp_path / "projects/web", files))
    page = await visit(client, f"{address}/documents/story/US0001")
    assert [heading.text for heading in page.all("h3")] == [
        "Depends on", "Not found", "Mentioned by",
    ]  # fmt: skip
    depends, missing, mentioned, more = page.all("ul", class_="lines")
    assert depends.text == "US0002 B Done"
    assert missing.text == "Depends on: US0099 (no such document)"
    assert (len(mentioned.all("li")), len(more.all("li"))) == (MOST_NAMED, 2)
    assert page.one("summary").text == "2 more documents"


async def test_three_headings_get_a_table_of_contents(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/documents/story/US0001")
    assert [link.text for link in page.one("nav", aria_label="On this page").all("a")] == [
        "Acceptance Criteria",
        "AC1: Ships are listed",
        "AC2: Berths are listed",
    ]
    assert not (await visit(visitor, f"{PORT}/documents/bug/BG0001")).all(
        "nav", aria_label="On this page"
    )


async def test_page_of_a_story_with_a_bit_of_everything(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    values = {"Status": "Done", "Owner": "Ann", "Priority": "P1", "Story Points": "3",
              "Epic": "EP0001", "Story": "US0002", "Created": "2026-02-03"}  # fmt: skip
    head = "# US0001: Berth\n\n" + "".join(f"> **{n}:** {v}\n" for n, v in values.items()) + "\n"
    text = "## Acceptance Criteria\n\n### AC1: One\n\n- **Verified:** yes\n\n### AC2: Two\n\n"
    text += "#### Detail\n\n## Notes\n"
    folder = write_workspace(tmp_path / "projects" / "one", {"stories/US0001.md": head + text})
    address = await sync_project(app, "one", folder)
    page = await visit(client, f"{address}/documents/story/US0001")
    assert "delivered, not proven: 1 of 2 acceptance criteria" in page.text
    listed = page.one("nav", aria_label="On this page").all("a")
    assert [link.text for link in listed] == [
        "Acceptance Criteria",
        "AC1: One",
        "AC2: Two",
        "Notes",
    ]
    assert [term.text for term in page.all("dt")] == [
        "Epic", "Story", "Owner", "Priority", "Points", "Created", "Changed here", "File",
    ]  # fmt: skip


async def test_source_is_the_file(client: httpx.AsyncClient, port: str, tmp_path: Path) -> None:
    page = await visit(client, f"{port}/documents/story/US0001")
    answer = await client.get(page.link("Source as markdown"))
    file = tmp_path / "projects" / "port" / "stories" / "US0001-list.md"
    assert answer.content == file.read_bytes()
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_odd_file_name_has_a_page(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, f"{PORT}/documents?type=other")
    page = await visit(visitor, page.link("Notes & <b>"))
    assert page.one("h1").text == "Notes & <b>"


async def test_other_files_of_one_id_are_linked(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {"bugs/BG0001-x.md": "# Here\n", "bugs/archive/BG0001-x.md": "# There\n"}
    folder = write_workspace(tmp_path / "projects" / "twice", files)
    address = await sync_project(app, "twice", folder)
    page = await visit(client, f"{address}/documents/bug/BG0001-x?path=bugs/BG0001-x.md")
    assert page.one("h1").text == "Here"
    page = await visit(client, page.link("bugs/archive/BG0001-x.md"))
    assert page.one("h1").text == "There"


async def test_file_without_a_type_is_found_by_its_path(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {"notes.md": "# At the top\n", "archive/notes.md": "# Below\n"}
    folder = write_workspace(tmp_path / "projects" / "notes", files)
    address = await sync_project(app, "notes", folder)
    page = await visit(client, f"{address}/documents")
    for title in ("At the top", "Below"):
        assert (await visit(client, page.link(title))).one("h1").text == title


async def test_hostile_texts_are_shown_as_text(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    text = f"# US0001: {HOSTILE}\n\n> **Status:** {HOSTILE}\n> **Owner:** {HOSTILE}\n"
    text += f"> **Epic:** {HOSTILE}\n> **{HOSTILE}:** {HOSTILE}\n\n## {HOSTILE}\n\n{HOSTILE}\n"
    folder = write_workspace(tmp_path / "projects" / "evil", {"stories/US0001-x.md": text})
    address = await sync_project(app, "evil", folder)
    for page in ("", "/documents", "/documents/story/US0001", "/health", "/syncs", "/settings"):
        await visit(client, f"{address}{page}")  # fails when the page holds a script
    found = await visit(client, "/search?q=alert")
    assert found.all("mark")


async def test_large_document_is_shown_as_source(
    app: FastAPI, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    files = {
        f"notes/{name}.md": f"# Large\n\n**{name}** " + "**word** " * 120_000
        for name in ("one", "two")
    }
    folder = write_workspace(tmp_path / "projects" / "large", files)
    address = await sync_project(app, "large", folder)
    for name in ("one", "two", "one"):
        page = await visit(client, f"{address}/documents/other/{name}")
        assert page.one("pre", class_="source").text.startswith(f"**{name}** **word**")


async def test_links_follow_a_sync(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    address = f"{port}/documents/story/US0004"
    assert (await visit(client, address)).link("BG0001")
    (tmp_path / "projects" / "port" / "bugs" / "BG0001-late.md").unlink()
    await app.state.runner.sync("port")
    page = await visit(client, address)
    assert "BG0001" not in [link.text for link in page.all("a")]


async def test_relations_follow_a_sync(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    address = f"{port}/documents/story/US0001"
    page = await visit(client, address)
    assert page.link("US0004 Leave")
    assert "Story 1 of 5" in page.text
    (tmp_path / "projects" / "port" / "stories" / "US0004-leave.md").unlink()
    await app.state.runner.sync("port")
    page = await visit(client, address)
    assert "US0004 Leave" not in [link.text for link in page.all("a")]
    assert "Story 1 of 4" in page.text


async def test_readers_of_one_document_wait_for_each_other(visitor: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(visitor.get(f"{PORT}/documents/story/US0001") for _ in range(5))
    )
    assert len({answer.text for answer in answers}) == 1

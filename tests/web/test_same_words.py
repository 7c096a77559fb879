"""What is delivered and not proven: the same words and the same number on every page."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import PORT, visit
from support.generated import write_generated
from support.services import sync_project

pytestmark = pytest.mark.anyio

WORDS = re.compile(r"([0-9,]+) delivered (?:story is|stories are) not proven", re.IGNORECASE)


async def said(client: httpx.AsyncClient, address: str) -> set[str]:
    """The sentences about proof on a page."""
    return {found[0].lower() for found in WORDS.finditer((await visit(client, address)).text)}


async def test_all_pages_agree(
    app: FastAPI, client: httpx.AsyncClient, port: str, tmp_path: Path
) -> None:
    write_generated(tmp_path / "projects" / "g", 100)
    made = await sync_project(app, "made", tmp_path / "projects" / "g")
    for project in (port, made):
        stats = (await client.get(f"/api/v1{project}/stats")).json()
        (sentence,) = await said(client, project)
        assert int(WORDS.match(sentence)[1]) == stats["unproven"] > 0  # type: ignore[index]
        unproven = await visit(client, f"{project}/trace?show=proof")
        story = next(row[0] for row in unproven.rows() if row[0].startswith("US"))
        for address in (f"{project}/trace", f"{project}/health", unproven.link(story)):
            assert await said(client, address) == {sentence}, address
        (row,) = [row for row in (await visit(client, "/")).rows()
                  if row[0] == project.rpartition("/")[2].title()]  # fmt: skip
        assert row[2] == sentence
        rule = await visit(client, f"{project}/health?rule=DONE_UNVERIFIED")
        assert rule.one("h2").one("span").text == f"{stats['unproven']} of {stats['delivered']}"


async def test_proof_that_is_not_recorded_reads_so_everywhere(visitor: httpx.AsyncClient) -> None:
    home = "/projects/harbour"
    for path in ("", "/trace", "/health", "/documents/story/US0001"):
        text = (await visit(visitor, f"{home}{path}")).text
        assert "proof not recorded" in text.lower(), path
        assert not WORDS.search(text), path
    assert (await visit(visitor, "/")).rows()[0][2] == "proof not recorded"


async def test_every_chart_has_its_figures_in_a_table(visitor: httpx.AsyncClient) -> None:
    for address in ("/", PORT, f"{PORT}/trace"):
        page = await visit(visitor, address)
        bars = {found.text for found in page.all("svg", class_="bar")}
        tables = page.all("div", class_="hidden")
        heads = [head.text for head in tables[0].one("thead").all("th")][1:]
        listed = set()
        for row in (cells for table in tables for cells in table.rows()):
            parts = [f"{count} {head}" for count, head in zip(row[1:], heads, strict=True)
                     if count != "0"]  # fmt: skip
            listed.add(", ".join(parts))
        assert bars <= listed, address

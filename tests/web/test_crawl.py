"""Every internal link of every page answers 200."""

import re
import shutil
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from support.browsing import links, read, visit
from support.services import sync_project
from support.workspaces import SAMPLE

pytestmark = pytest.mark.anyio

VALUE = re.compile("=[^&]*")


async def crawl(client: httpx.AsyncClient, start: str) -> int:
    """How many addresses were asked for from START on.

    Of addresses that differ only in the values of their query, the links of the first are followed.
    """
    waiting = [start]
    ids: dict[str, set[str | None] | None] = {}
    followed: set[tuple[str, str]] = set()
    read_forms: set[str] = set()
    while waiting:
        address = waiting.pop()
        if address in ids:
            continue
        answer = await client.get(address)
        assert answer.status_code in (200, 303), (address, answer.text[:300])
        ids[address] = None
        form = VALUE.sub("=", address)
        if not answer.headers.get("content-type", "").startswith("text/html") or form in read_forms:
            continue
        read_forms.add(form)
        page = read(answer)
        ids[address] = {element.attributes.get("id") for element in page.all()}
        found = links(page, address)
        followed |= found
        waiting += [target for target, _ in found]
    for target, fragment in followed:
        known = ids[target]
        assert not fragment or known is None or fragment in known, (target, fragment)
    return len(ids)


async def test_links_of_an_empty_service(client: httpx.AsyncClient) -> None:
    await crawl(client, "/")


async def test_links_of_a_project(visitor: httpx.AsyncClient) -> None:
    assert await crawl(visitor, "/") > 50


async def test_links_of_the_sample(app: FastAPI, client: httpx.AsyncClient, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "projects" / "sample"))
    address = await sync_project(app, "sample", folder)
    page = await visit(client, f"{address}/documents")
    for target, _ in links(page, f"{address}/documents"):
        assert (await client.get(target)).status_code == 200, target

"""The pages that explain: what this is, and its words."""

import platform
import re
import sqlite3
import tomllib

import httpx
import pytest
from support.browsing import visit

from sdlc_lens.version import version
from sdlc_lens.web.words import GLOSSARY

pytestmark = pytest.mark.anyio


async def test_about_names_the_version_and_each_library_with_its_licence(
    visitor: httpx.AsyncClient, pytestconfig: pytest.Config
) -> None:
    page = await visit(visitor, "/about")
    assert version() in page.one("main").text
    assert f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}" in page.text
    assert pytestconfig.inipath
    project = tomllib.loads(pytestconfig.inipath.read_text())["project"]
    names = [re.split(r"[\[>]", name)[0] for name in project["dependencies"]]
    listed = page.one("table").text.lower()
    assert [name for name in names if name not in listed] == []
    assert all(row[1] for row in page.rows())


async def test_glossary_explains_each_word(visitor: httpx.AsyncClient) -> None:
    page = await visit(visitor, "/glossary")
    points = page.one("div", id="points")
    assert points.one("dd").text.startswith("The agreed size of a piece of work; not hours.")
    names = [found.text for found in page.all("dt")]
    assert names == sorted(names, key=str.casefold)
    assert len(names) == len(GLOSSARY)

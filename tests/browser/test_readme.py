"""The pictures of the README; scripts/screenshots/refresh takes them into the repository."""

import re

import pytest
from engine import ROOT

from browser.chromium import Chromium
from browser.screens import SCREENS

PICTURES = re.findall(r"\]\(scripts/screenshots/(\w+)[.]webp\)", (ROOT / "README.md").read_text())
MOST_BYTES = 60_000


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_small(chromium: Chromium, name: str) -> None:
    picture = ROOT / "dist" / "readme" / f"{name}.webp"
    chromium.open(SCREENS[name]).keep(picture, whole=False)
    assert picture.stat().st_size < MOST_BYTES

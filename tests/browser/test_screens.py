"""Every screen at three widths in both themes: whole, accessible, and quiet."""

from pathlib import Path

import pytest
from engine import ROOT

from browser.chromium import Chromium
from browser.screens import SCREENS

PICTURES = ROOT / "dist" / "screens"
WIDTHS = (360, 1280, 1920)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "path"), SCREENS.items(), ids=SCREENS)
def test_screen(chromium: Chromium, name: str, path: str, theme: str) -> None:
    chromium.theme(theme)
    for width in WIDTHS:
        chromium.width(width).open(path)
        chromium.keep(PICTURES / f"{name}-{width}-{theme}.png")
        assert chromium.overflow == 0, width
        assert chromium.violations() == [], width


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_reference_of_the_api(chromium: Chromium, theme: str) -> None:
    chromium.theme(theme).width(min(WIDTHS)).open("/api/v1/docs")
    assert chromium.overflow == 0
    assert chromium.violations() == []

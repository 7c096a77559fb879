"""Every screen at three widths in both themes: whole, accessible, and quiet."""

import pytest
from engine import ROOT, until

from browser.chromium import Chromium
from browser.screens import SCREENS

PICTURES = ROOT / "dist" / "screens"
WIDTHS = (360, 1280, 1920)
FAULTS = {
    "document.body.append(Object.assign(new Image(), {src: 'http://elsewhere.test'}))": "elsewhere",
    "document.body.setAttribute('style', 'color: red')": "Content Security Policy",
    "setTimeout(() => { throw new Error('thrown') })": "thrown",
    "console.error('printed')": "printed",
    "fetch('/static/missing.css')": "404 http://",
}


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


@pytest.mark.parametrize(("script", "fault"), FAULTS.items(), ids=FAULTS.values())
def test_what_no_page_may_do_is_noticed(chromium: Chromium, script: str, fault: str) -> None:
    chromium.open("/about").run(script)
    found: list[str] = []

    def noticed() -> bool:
        found.extend(chromium.faults())
        return fault in "".join(found)

    until(noticed, 10, lambda: found)

"""Every screen at three widths in both themes: whole, accessible, and quiet."""

import pytest
from engine import ROOT, until

from browser.chromium import Chromium
from browser.conftest import require_image
from browser.screens import SCREENS

PICTURES = ROOT / "dist" / "screens"
QUAY = {"overview": "", "settings": "/settings", "document": "/documents/story/US0001"}
WIDTHS = (360, 1280, 1920)
MOST_REQUESTS, MOST_BYTES = 4, 60_000
FAULTS = {
    "document.body.append(Object.assign(new Image(), {src: 'http://elsewhere.test'}))": "elsewhere",
    "document.body.setAttribute('style', 'color: red')": "Content Security Policy",
    "setTimeout(() => { throw new Error('thrown') })": "thrown",
    "console.error('printed')": "printed",
    "fetch('/static/missing.css')": "404 http://",
}


def require_whole(chromium: Chromium, name: str, path: str, theme: str) -> None:
    """A screen is as wide as the window at each width, and axe finds nothing in it."""
    chromium.theme(theme)
    for width in WIDTHS:
        chromium.width(width).open(path)
        chromium.keep(PICTURES / f"{name}-{width}-{theme}.png")
        assert chromium.overflow == 0, width
        assert chromium.violations() == [], width


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "path"), SCREENS.items(), ids=SCREENS)
def test_screen(chromium: Chromium, name: str, path: str, theme: str) -> None:
    require_whole(chromium, name, path, theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_deletion_that_waits_for_confirmation(
    chromium: Chromium, held_back: str, theme: str
) -> None:
    require_whole(chromium, "held-back", held_back, theme)
    chromium.until_text("A deletion waits for confirmation")
    require_whole(chromium, "confirm-held-back", f"{held_back}/confirm", theme)
    chromium.until_heading("Remove 11 documents?")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_project_of_a_repository(chromium: Chromium, quay: str, theme: str) -> None:
    for name, path in QUAY.items():
        require_whole(chromium, f"repository-{name}", quay + path, theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_service_without_a_project(chromium: Chromium, empty: str, theme: str) -> None:
    lens = chromium.service
    try:
        require_whole(chromium.at(empty), "empty", "/", theme)
        chromium.until_text("No project has been added yet")
        assert chromium.faults() == []
    finally:
        chromium.at(lens)


@pytest.mark.parametrize("name", ["overview", "trace", "documents", "document", "health"])
def test_print_has_no_navigation_no_addresses_and_clips_nothing(
    chromium: Chromium, name: str
) -> None:
    assert chromium.open(SCREENS[name]).visible("nav, form")
    chromium.print().keep(PICTURES / f"{name}-print.png")
    assert chromium.visible("nav, form, button") == []
    assert chromium.style("a", "content", "::after") == {"none"}
    assert chromium.style(".wide, pre", "overflowX") <= {"visible"}
    assert chromium.overflow == 0


@pytest.mark.parametrize(("value", "behavior"), [("no-preference", "smooth"), ("reduce", "auto")])
def test_page_jumps_where_less_motion_is_preferred(
    chromium: Chromium, value: str, behavior: str
) -> None:
    chromium.open("/glossary").prefers("reduced-motion", value)
    assert chromium.style("html", "scrollBehavior") == {behavior}


@pytest.mark.parametrize("name", ["portfolio", "overview", "trace", "document"])
def test_first_visit_takes_few_requests_and_bytes(chromium: Chromium, name: str) -> None:
    sizes = chromium.first_visit(SCREENS[name])
    assert 1 < len(sizes) <= MOST_REQUESTS
    assert sum(sizes) <= MOST_BYTES, sizes


def test_missing_browser_is_reported() -> None:
    with pytest.raises(pytest.skip.Exception, match="NOT TESTED: no image missing"):
        require_image("missing")


@pytest.mark.parametrize(("script", "fault"), FAULTS.items(), ids=FAULTS.values())
def test_what_no_page_may_do_is_noticed(chromium: Chromium, script: str, fault: str) -> None:
    chromium.open("/about").run(script)
    found: list[str] = []

    def noticed() -> bool:
        found.extend(chromium.faults())
        return fault in "".join(found)

    until(noticed, 10, lambda: found)

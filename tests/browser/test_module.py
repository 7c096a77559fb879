"""What the pages' JavaScript module adds."""

import re

import pytest
from selenium.webdriver.common.keys import Keys

from browser.chromium import Chromium
from browser.screens import PROJECT


@pytest.mark.parametrize(("scripts", "focused"), [(True, "Search or jump to an id"), (False, "")])
def test_a_slash_goes_to_the_search_box(chromium: Chromium, scripts: bool, focused: str) -> None:
    chromium.scripts(scripts).open("/glossary").press("/")
    assert chromium.focused == focused


def test_a_list_follows_its_filters(chromium: Chromium) -> None:
    chromium.open(f"{PROJECT}/documents").tab_to("Words in title or id").press("every minute")
    chromium.until_text("1 document of")
    assert chromium.path.startswith(f"{PROJECT}/documents?q=every+minute&")
    assert "q=every+minute" in chromium.link("Download as CSV")
    assert chromium.focused == "Words in title or id"
    chromium.press(*[Keys.BACKSPACE] * len("every minute")).until_text("in all")


def test_the_contents_mark_the_heading_that_is_read(chromium: Chromium) -> None:
    chromium.open(f"{PROJECT}/documents/prd/prd")
    current = ".contents [aria-current]"
    chromium.until_shown(current, "The problem").press(Keys.END)
    chromium.until_shown(current, "What it does not do")


def test_a_time_says_how_long_ago_it_was(chromium: Chromium) -> None:
    hint = chromium.open(PROJECT).hint(".tabs time")
    assert re.match(r"(now|\d+ (second|minute)s? ago), ", hint)

"""Text is readable in both themes: contrast of at least 4.5, as WCAG AA wants."""

import re
from itertools import product

import pytest

from sdlc_lens.web.render import static_files

COLOURS = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
BACKS = ("back", "raised", "band")
TEXTS = ("text", "quiet", "link", "good", "warning", "bad")
CSS = static_files()["lens.css"][1].decode()


def palette(css: str, theme: int) -> dict[str, str]:
    return {found[1]: found[2 + theme] for found in COLOURS.finditer(css)}


def luminance(colour: str) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "back"), [*product(TEXTS, BACKS), ("text", "mark")])
def test_text_stands_out(theme: int, text: str, back: str) -> None:
    colours = palette(CSS, theme)
    assert contrast(colours[text], colours[back]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["quiet", "link"])
def test_borders_of_fields_and_the_focus_ring_stand_out(theme: int, name: str) -> None:
    colours = palette(CSS, theme)
    assert all(contrast(colours[name], colours[back]) >= 3 for back in BACKS)

"""Names of projects in addresses."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from sdlc_lens.slug import slugify


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ünï Cödé__Name -- x", "uni-code-name-x"),
        ("Straße 7", "strasse-7"),
        ("  --Tidewatch!  ", "tidewatch"),
        ("Łódź", "lodz"),
        ("Проект", "proekt"),
        ("!!!", ""),
        (" ", ""),
        ("\0", ""),
    ],
)
def test_slug(name: str, slug: str) -> None:
    assert slugify(name) == slug


@pytest.mark.parametrize("name", ["東京", "مشروع", "פרויקט", "ไทย"])
def test_every_script_gives_a_slug(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugify(name))


@given(any_of.text(max_size=40))
def test_slug_is_stable(name: str) -> None:
    slug = slugify(name)
    assert slugify(slug) == slug
    assert not slug or re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)

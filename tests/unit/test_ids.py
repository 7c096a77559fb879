"""Ids of both eras, and what only looks like one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from sdlc_lens.domain.documents.ids import all_ids, first_id, leading_id, normal_form
from sdlc_lens.domain.documents.kinds import BY_PREFIX

BOTH_ERAS = any_of.sampled_from(sorted(BY_PREFIX)).flatmap(
    lambda prefix: any_of.from_regex(
        re.compile(rf"{prefix}(-?[0-9]{{4,9}}|-[0-9A-HJKMNP-TV-Z]{{8,26}})", re.ASCII),
        fullmatch=True,
    )
)


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("US0001", ("US", "US0001")),
        ("US0001-read-the-gauge", ("US", "US0001")),
        ("us0001-read-the-gauge", ("US", "US0001")),
        ("US01010-later", ("US", "US01010")),
        ("CR-0007", ("CR", "CR0007")),
        ("cr0044", ("CR", "CR0044")),
        ("BG-01JQK3F8", ("BG", "BG01JQK3F8")),
        ("BG-01JQK3F8-late", ("BG", "BG01JQK3F8")),
        ("RETRO0001-first", ("RETRO", "RETRO0001")),
        ("RFC0009-ws4", ("RFC", "RFC0009")),
    ],
)
def test_ids(stem: str, expected: tuple[str, str]) -> None:
    assert leading_id(stem) == expected


@pytest.mark.parametrize(
    "stem",
    [
        "US001-x",
        "EPIC0001",
        "_US0001",
        "RUN-01KXPJG9",
        "PL-answered",
        "BG-01jqk3f8",
        "BG-01JQK3F",
        "BG-01JQK3IL",
        "US0001_x",
        "US0001b",
        "xUS0001",
        "U\u017f0001",
        "\u00c4US0001",
        "",
    ],
)
def test_no_ids(stem: str) -> None:
    assert leading_id(stem) is None


def test_first_id_in_a_text() -> None:
    assert first_id("[EP0006: Deployment](../epics/EP0006-deployment.md), EP0007") == "EP0006"
    assert first_id("see [[CR-0003]]") == "CR0003"
    assert first_id("nothing here") is None


def test_normal_form() -> None:
    assert normal_form("[[CR-0003]]") == normal_form("cr0003") == "CR0003"
    assert normal_form(normal_form("BG-01JQK3F8")) == normal_form("BG-01JQK3F8") == "BG01JQK3F8"


@given(any_of.lists(BOTH_ERAS, max_size=5))
def test_every_id_is_found_wherever_it_stands(ids: list[str]) -> None:
    text = " ".join(f"({written}), [[{written}]] ../{written}-slug.md" for written in ids)
    expected = [normal_form(written) for written in ids for _ in range(3)]
    assert list(all_ids(text)) == expected


@given(any_of.text(alphabet="US-0123456789BGbg_x ", max_size=30))
def test_what_is_found_is_an_id(text: str) -> None:
    for ref in all_ids(text):
        assert re.fullmatch(r"(US|BG)([0-9]{4,}|[0-9A-HJKMNP-TV-Z]{8,})", ref)
        assert normal_form(ref) == ref


@given(any_of.text(max_size=20))
def test_normal_form_is_idempotent(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("US0001-RFC00010", ["US0001", "RFC00010"]),
        ("draft-CR000123", ["CR000123"]),
        ("BG-01JQK3F8-CR0001", ["BG01JQK3F8", "CR0001"]),
    ],
)
def test_an_id_after_a_hyphen_is_no_tail(text: str, ids: list[str]) -> None:
    assert list(all_ids(text)) == ids

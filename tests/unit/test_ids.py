"""Ids of both forms, and texts that only look like one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from sdlc_lens.domain.documents.ids import (
    find_ids,
    first_id,
    leading_id,
    normal_form,
    number,
    spread,
)
from sdlc_lens.domain.documents.kinds import BY_PREFIX

BOTH_ERAS = any_of.sampled_from(sorted(BY_PREFIX)).flatmap(
    lambda prefix: any_of.from_regex(
        re.compile(rf"{prefix}(-?[0-9]{{4,9}}|-[0-9A-HJKMNP-TV-Z]{{8,26}})", re.ASCII),
        fullmatch=True,
    )
)


def refs(text: str) -> list[str]:
    return [found.ref for found in find_ids(text)]


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
        ("RPT0003-coverage", ("RPT", "RPT0003")),
        ("BG-JQK3F801", ("BG", "BGJQK3F801")),
        ("US2026", ("US", "US2026")),
        ("RV-2026-weeks", ("RV", "RV2026")),
        ("CR-0042-12-31", ("CR", "CR0042")),
        ("RV-2026-22-08", ("RV", "RV2026")),
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
        "RV-2026-08-22",
        "RV-2026-08-22-second-review",
        "US01M0GM0R",
        "",
    ],
)
def test_texts_without_ids(stem: str) -> None:
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
    assert refs(text) == expected


@given(any_of.text(alphabet="US-0123456789BGbg_x ", max_size=30))
def test_found_text_is_an_id(text: str) -> None:
    for ref in refs(text):
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
    assert refs(text) == ids


def test_ulid_without_its_hyphen_is_a_candidate() -> None:
    text = "US01M0GM0R, US-01M0GM0R, US01M0GM, US0102030405, XUS01M0GM0R, US01M0GM0l"
    assert [(found.ref, found.candidate) for found in find_ids(text)] == [
        ("US01M0GM0R", True),
        ("US01M0GM0R", False),
        ("US0102030405", False),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BG0012-BG0015", ["BG0012", "BG0013", "BG0014", "BG0015"]),
        ("BG-0098\u2013BG-0101", ["BG0098", "BG0099", "BG0100", "BG0101"]),
        ("us0001..us0003, US0009", ["US0001", "US0002", "US0003", "US0009"]),
        ("US9999-US10001", ["US9999", "US10000", "US10001"]),
        ("BG0012 - BG0015", ["BG0012", "BG0015"]),
        ("BG0012-US0015", ["BG0012", "US0015"]),
        ("BG0012-15", ["BG0012"]),
        ("BG0015-BG0012", ["BG0015", "BG0012"]),
        ("BG0001-BG0052", ["BG0001", "BG0052"]),
        ("BG-01JQK3F8-BG-01JQK3F9", ["BG01JQK3F8", "BG01JQK3F9"]),
    ],
)
def test_range_names_every_id_in_it(text: str, expected: list[str]) -> None:
    assert [found.ref for found in spread(find_ids(text), text)] == expected


def test_widest_range() -> None:
    text = "BG0001-BG0051"
    assert len(list(spread(find_ids(text), text))) == 51
    huge = f"BG{'9' * 5000}-BG{'9' * 5000}"
    assert len(list(spread(find_ids(huge), huge))) == 2


@pytest.mark.parametrize(
    ("ref", "expected"), [("US0039", 39), ("RETRO0001", 1), ("BG01JQK3F8", None), ("US", None)]
)
def test_number_of_a_sequential_id(ref: str, expected: int | None) -> None:
    assert number(ref) == expected

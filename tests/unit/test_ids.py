"""Ids of both eras, and what only looks like one."""

import pytest

from sdlc_lens.domain.ids import first_id, leading_id, normal_form


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

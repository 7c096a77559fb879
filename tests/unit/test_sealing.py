"""Access tokens as they are stored."""

from base64 import b64encode, urlsafe_b64encode

import pytest

from sdlc_lens.errors import TokenStorageDisabled, TokenUnreadable
from sdlc_lens.sealing import KEY_BYTES, Keys, mask, read_keys

FIRST, SECOND = b"1" * KEY_BYTES, b"\xfb\xff" * (KEY_BYTES // 2)
TOKEN = "ghp_QuaysideLanternOf1887wick"


def test_opened_by_the_key_that_sealed() -> None:
    sealed = Keys([FIRST]).seal(TOKEN)
    assert Keys([FIRST]).open(sealed) == TOKEN
    assert "Quayside" not in sealed
    assert sealed != Keys([FIRST]).seal(TOKEN), "equal tokens cannot be told"


def test_first_key_seals_and_all_open() -> None:
    former = Keys([SECOND]).seal(TOKEN)
    both = Keys([FIRST, SECOND])
    assert both.open(former) == TOKEN
    assert not both.is_current(former)
    new = both.seal(TOKEN)
    assert both.is_current(new)
    assert Keys([FIRST]).open(new) == TOKEN
    assert not Keys([SECOND]).can_open(new)


def test_token_of_another_key() -> None:
    sealed = Keys([SECOND]).seal(TOKEN)
    for keys in (Keys([FIRST]), Keys([])):
        assert not keys.can_open(sealed)
        assert "Give the token again" in (keys.why_unreadable(sealed) or "")
        with pytest.raises(TokenUnreadable):
            keys.open(sealed)
    assert Keys([]).why_unreadable(None) is None
    assert Keys([SECOND]).why_unreadable(sealed) is None


@pytest.mark.parametrize("change", [lambda text: text[:-4], lambda text: text + "ü", str.lower])
def test_token_that_was_changed(change: object) -> None:
    assert callable(change)
    keys = Keys([FIRST])
    with pytest.raises(TokenUnreadable) as raised:
        keys.open(change(keys.seal(TOKEN)))
    assert raised.value.__cause__ is None


def test_no_key_seals_nothing() -> None:
    with pytest.raises(TokenStorageDisabled):
        Keys([]).seal(TOKEN)


def test_keys_in_either_alphabet_and_in_a_file() -> None:
    text = f"{b64encode(FIRST).decode()}, {urlsafe_b64encode(SECOND).decode()}\n"
    assert read_keys(text) == [FIRST, SECOND]
    assert read_keys("\n".join(text.split(","))) == [FIRST, SECOND]
    assert read_keys("") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("secret!", "key 1 is not valid base64"),
        ("c2hvcnQ=", "key 1 has 5 bytes"),
        (f"{b64encode(FIRST).decode()},{b64encode(FIRST + FIRST).decode()}", "key 2 has 64 bytes"),
        ("ü" * 44, "key 1 is not valid base64"),
    ],
)
def test_malformed_keys(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as raised:
        read_keys(text)
    assert text not in str(raised.value)


def test_mask_shows_the_end_of_long_tokens_only() -> None:
    assert mask(TOKEN) == "****wick"
    assert mask("short12") == "****"

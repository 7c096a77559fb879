"""Text outside code fences and comments."""

import pytest
from hypothesis import given
from hypothesis import strategies as any_of

from sdlc_lens.domain.documents.visible import visible

PIECES = ["```", "~~~~", "<!--", "-->", "\n", "\r\n", "\r", "- ", "    ", "word", "`"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n```\nb\n```\nc", "a c"),
        ("a\n~~~ sh\nb\n```\n~~~~\nc", "a c"),
        ("a\n````\n```\nb\n````\nc", "a c"),
        ("a\n```\nb", "a"),
        ("a\n```\n``` b\n    ```\nc", "a"),
        ("a ``` b\nc", "a ``` b c"),
        ("```x``` b", "```x``` b"),
        ("- ```\n  a\n  ```\nb", "b"),
        ("- a\n    ```\n    b\n    ```\nc", "- a c"),
        ("- a\n\n      ```\n      b\n      ```\nc", "- a c"),
        ("a\n\n    ```\nb", "a ``` b"),
        ("a\r\n```\r\nb\r\n```\r\nc", "a c"),
        ("a\r```\rb\r```\rc", "a c"),
        ("<!-- a -->\nb", "b"),
        ("a\n<!--\n```\n-->\nb", "a b"),
        ("<!-- a --> <!--\nb\n--> c\nd", "d"),
        ("a\n<!-- b\nc", "a"),
        ("a <!-- b -->\nc", "a <!-- b --> c"),
        ("```\n<!--\n```\na\n-->", "a -->"),
    ],
)
def test_visible(text: str, expected: str) -> None:
    assert " ".join(visible(text).split()) == expected


@given(any_of.lists(any_of.sampled_from(PIECES)).map("".join))
def test_every_character_keeps_its_place(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert all(
        new in (" ", "\n") if old in "\r\n" else new in (" ", old)
        for old, new in zip(text, shown, strict=True)
    )

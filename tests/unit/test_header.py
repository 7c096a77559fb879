"""Titles and metadata blocks in all the forms that occur."""

import time

import pytest

from sdlc_lens.domain.documents.header import Head, read_head


@pytest.mark.parametrize(
    "line",
    [
        "> **Status:** Draft",
        ">**Status:** Draft",
        "> **Status**: Draft",
        "> - **Status:** Draft",
        "**Status:** Draft",
        "- **Status:** Draft",
        "> **STATUS:**   Draft  ",
        "> **Status: ** Draft",
    ],
)
def test_forms_of_a_field(line: str) -> None:
    assert read_head(f"# T\n\n{line}\n\ntext").value("status") == "Draft"


def test_fields_in_their_order_and_under_their_own_names() -> None:
    head = read_head("# T\n> **Raised-by:** Ines\n> **Status:** Open\n> **Odd Thing:** x")
    assert head.fields == {"Raised-by": "Ines", "Status": "Open", "Odd Thing": "x"}


@pytest.mark.parametrize("separator", ["·", "|"])
def test_several_fields_on_a_line(separator: str) -> None:
    line = f"> **Status:** Done {separator} **CR:** CR-0088 {separator} **Points:** 5"
    assert read_head(f"# T\n\n{line}").fields == {
        "Status": "Done",
        "CR": "CR-0088",
        "Points": "5",
    }


def test_separator_within_a_value() -> None:
    assert read_head("# T\n> **Stack:** one | two · three").fields == {"Stack": "one | two · three"}


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("> **Delivered:** 10 / 10   **Blocked:** 0", {"Delivered": "10 / 10", "Blocked": "0"}),
        ("> **A:** x  **B**: y \u00b7 **C:** z", {"A": "x", "B": "y", "C": "z"}),
        ("> **A:**   **B:** y", {"A": "", "B": "y"}),
        ("> **A:** x **B:** y", {"A": "x **B:** y"}),
        ("> **A:** two  spaces", {"A": "two  spaces"}),
        ("> **A:** `x  **B:** y`", {"A": "`x  **B:** y`"}),
        ("> **A:** ``x ` | **B:** y`` | **C:** z", {"A": "``x ` | **B:** y``", "C": "z"}),
        ("> **A:** `x | **B:** y", {"A": "`x", "B": "y"}),
        ("> **A:** `x` | **`B`:** y", {"A": "`x`", "`B`": "y"}),
        (
            "> **A:** US0001 \u2705 Complete | US0002 \u2705 Complete",
            {"A": "US0001 \u2705 Complete | US0002 \u2705 Complete"},
        ),
        ("> **A:** x\n> more   **B:** y", {"A": "x more   **B:** y"}),
    ],
)
def test_where_a_field_begins_in_a_line(line: str, fields: dict[str, str]) -> None:
    assert read_head(f"# T\n\n{line}").fields == fields


RETIRED = """# T

> **Retired 2026-07-04 (CR-0142).** The tool
> is removed
>
> **Status:** Superseded
> **Owner:** Ines
"""


@pytest.mark.parametrize(
    ("text", "fields", "content"),
    [
        (
            RETIRED + "\ntext\n",
            {"Status": "Superseded", "Owner": "Ines"},
            "> **Retired 2026-07-04 (CR-0142).** The tool\n> is removed\n>\n\ntext\n",
        ),
        ("# T\n> **A:** x\n>\n> A note.\n", {"A": "x"}, "> A note.\n"),
        ("# T\n> **A:** x\n>\n> A note.\n> **B:** y\n", {"A": "x", "B": "y"}, "> A note.\n"),
        ("# T\n> A note.\r\n> **A:** x\r\n", {"A": "x"}, "> A note.\r\n"),
        ("# T\n> A note.\n> more\n", {}, "> A note.\n> more\n"),
        ("# T\n> A note.\n\n> **A:** x\n", {}, "> A note.\n\n> **A:** x\n"),
        ("# T\n> A note.\n> ```\n> **A:** x\n", {}, "> A note.\n> ```\n> **A:** x\n"),
        ("# T\nA note.\n> **A:** x\n", {}, "A note.\n> **A:** x\n"),
        ("> A note.\n> **A:** x\n", {}, "> A note.\n> **A:** x\n"),
    ],
)
def test_notes_between_fields_are_content(text: str, fields: dict[str, str], content: str) -> None:
    head = read_head(text)
    assert head.fields == fields
    assert head.note + text[head.length :] == content


def test_note_in_a_head_that_begins_further_down() -> None:
    text = "A preface.\n\n" + RETIRED
    head = read_head(text)
    assert (head.title, head.value("status")) == ("T", "Superseded")
    assert head.note + text[head.length :] == text


def test_points_and_story_points_are_one_field() -> None:
    head = read_head("# T\n> **Points:** 3\n> **Story-Points:** 5")
    assert head.value("story points") == "5"


def test_line_without_a_key_continues_the_value() -> None:
    quoted = "# T\n> **Affects:** the gauge\n> and the form\n> **Status:** Open"
    assert read_head(quoted).fields == {
        "Affects": "the gauge and the form",
        "Status": "Open",
    }
    plain = "# T\n**Affects:** the gauge\nand the form\n\n**Status:** Open"
    assert read_head(plain).fields == {"Affects": "the gauge and the form"}


@pytest.mark.parametrize(
    "end",
    ["\n\ntext\n", "\n## Section\n", "\n---\n", "\n\n", "\n```\n", "\n| a | b |\n"],
)
def test_block_ends(end: str) -> None:
    head = read_head(f"# T\n\n> **Status:** Open{end}> **Owner:** somebody quoted")
    assert head.fields == {"Status": "Open"}


@pytest.mark.parametrize("end", ["> quoted", "- item", "* item", "1. item", "## Section", "~~~"])
def test_plain_block_ends(end: str) -> None:
    head = read_head(f"# T\n\n**Status:** Open\n{end}\n**Owner:** somebody")
    assert head.fields == {"Status": "Open"}


def test_block_stands_directly_under_the_title() -> None:
    assert read_head("# T\n\nA sentence.\n\n> **Status:** quoted").fields == {}


def test_last_of_two_equal_keys_wins() -> None:
    head = read_head("# T\n> **Depends on:** US0001\n> **depends_on:** US0002")
    assert head.fields == {"depends_on": "US0002"}
    assert head.value("depends on") == "US0002"


@pytest.mark.parametrize("nothing", ["", "-", "--", "\u2014", "None", "none", "**-**"])
def test_empty_values(nothing: str) -> None:
    assert read_head(f"# T\n> **Owner:** {nothing}").value("owner") is None


def test_links_give_their_text_or_their_targets_id() -> None:
    head = read_head("# T\n> **Epic:** [The harbour](x.md)\n> **Story:** [](../US0003-x.md)")
    assert head.fields == {"Epic": "The harbour", "Story": "US0003"}


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("", ""),
        ("only text", "only text"),
        ("# T", ""),
        ("# T\n\ntext\n", "\ntext\n"),
        ("# T\r\n> **Status:** x\r\n\r\ntext", "\r\ntext"),
        ("\ufeff<!-- made\nby --> \n# T\n> **Status:** x\ntext", "text"),
        ("# T\n\n\n> **Status:** x\n> more\n> ```\n", "> ```\n"),
        ("> **Status:** x\n\ntext", "\ntext"),
        (
            "---\ntitle: other\n---\n# T\n> **Status:** x\n",
            "---\ntitle: other\n---\n# T\n> **Status:** x\n",
        ),
        ("```\ncode\n```\n# T\n", "```\ncode\n```\n# T\n"),
        ("# T\n\n## Section\n> **Status:** x", "\n## Section\n> **Status:** x"),
    ],
)
def test_what_is_not_title_or_block_is_content(text: str, content: str) -> None:
    assert text[read_head(text).length :] == content


def test_block_without_a_title() -> None:
    head = read_head("<!-- made -->\n\n> **Status:** Draft\n\ntext")
    assert (head.title, head.value("status")) == (None, "Draft")


def test_empty_head() -> None:
    assert read_head("") == Head()


@pytest.mark.parametrize(
    "part",
    [
        "> **Key {}:** x\n", "> word {}\n", ">\n> word\n", "# {}\n", "**k{}:** x | ", "| ", " ",
        "[", "**", "`", "` ``  **k:** ", "**a:  ", "```\n", "    ```\n\n", "- ~~~\n",
    ],
)  # fmt: skip
def test_effort_grows_with_the_length_alone(part: str) -> None:
    text = "# T\n> **First:** one\n" + "".join(part.format(n) for n in range(10_000))
    start = time.thread_time()
    assert "First" in read_head(text).fields
    read_head("<!-- -->" + text[3:].replace("\n", "<!---->") + "\n# T")
    read_head("<!--" * 10_000 + "\n# T")
    assert time.thread_time() - start < 3  # a quadratic one takes 15


@pytest.mark.parametrize(
    ("text", "title", "fields"),
    [
        ("# T\n> **DependsOn:** a\n> **depends_on:** b", "T", {"depends_on": "b"}),
        ("# T\n> **Owner:** a\n> **OWN-ER:** b", "T", {"OWN-ER": "b"}),
        ("# T\n\n| **Owner:** | Ines |\n|---|---|\n", "T", {}),
        ("# T\n**A:** api,\n`sync.py` and\n<id> too\n**B:** x", "T",
         {"A": "api, `sync.py` and <id> too", "B": "x"}),
        ("# T\n**A:** -5 degrees\n#42 b\n**B:** x", "T", {"A": "-5 degrees #42 b", "B": "x"}),
        ("# T\n**A:** a\n- item\n**B:** x", "T", {"A": "a"}),
        ("- ```sh\n  # no\n  ```\n", None, {}),
        ("# T\n> **A:** x\n> ## S\n> **B:** y", "T", {"A": "x"}),
        ("# T\n>\n> **A:** x\n>\n> **B:** y", "T", {"A": "x", "B": "y"}),
        ("# T\n> **A:** x\n>\n> more\n> **B:** y", "T", {"A": "x", "B": "y"}),
        ("10. ```\n    # no\n    ```\n# T", "T", {}),
        ("```\n    ```\n# no\n```\n# T", "T", {}),
        ("```x``` is inline code\n\n# T", "T", {}),
        ("# T\n> **A:** run\n> ```x``` now\n> **B:** y", "T", {"A": "run ```x``` now", "B": "y"}),
        ("# T\n> **A:** x\n> - ```\n>   **B:** y\n>   ```", "T", {"A": "x"}),
        ("<!-- a --> <!-- b\n# no\n-->\n# T", "T", {}),
    ],
)  # fmt: skip
def test_odd_heads(text: str, title: str | None, fields: dict[str, str]) -> None:
    head = read_head(text)
    assert (head.title, head.fields) == (title, fields)

"""Documents as HTML; hostile content is harmless."""

import sys
import time
from dataclasses import replace

import pytest
from support.html import Element, parse

from sdlc_lens.queries.references import Named, Targets
from sdlc_lens.web import markdown

HOME = "/projects/port"
STORY = Named(1, "US0001-list", "story", "List", "Done", "stories/US0001-list.md")
NOTES = Named(2, "a b", "other", "Notes", None, "notes/a b.md")
TARGETS = Targets({"US0001": STORY}, {STORY.path: STORY, NOTES.path: NOTES})


def rendered(text: str, path: str = "stories/US0002-two.md") -> Element:
    return parse(markdown.render(markdown.parse(text, path), TARGETS, HOME).html.decode())


def test_headings_are_below_that_of_the_page_and_leave_no_level_out() -> None:
    page = rendered("### Three\n\n# One\n\n## Two {#second}\n\n###### Six\n\n# One\n")
    assert [(found.tag, found.attributes["id"], found.text) for found in page.all()] == [
        ("h2", "s-three", "Three"),
        ("h2", "s-one", "One"),
        ("h3", "s-second", "Two"),
        ("h4", "s-six", "Six"),
        ("h2", "s-one--2", "One"),
    ]


def test_links_between_documents() -> None:
    page = rendered(
        "[a](US0001-list.md) [b](../notes/a%20b.md#part) [c](#two) [d](missing.md) [e](../x.py)"
    )
    assert [(link.text, link.attributes["href"]) for link in page.all("a")] == [
        ("a", f"{HOME}/documents/story/US0001-list"),
        ("b", f"{HOME}/documents/other/a%20b?path=notes%2Fa+b.md#s-part"),
        ("c", "#s-two"),
    ]
    assert [found.text for found in page.all("span", class_="broken")] == [
        "d (no such document: missing.md)",
        "e (no such document: ../x.py)",
    ]


def test_ids_link_to_their_documents() -> None:
    page = rendered("US0001, `US0001`, US0009, [US0001](https://example.org).\n\n    US0001\n")
    assert [link.attributes["href"] for link in page.all("a")] == [
        f"{HOME}/documents/story/US0001-list",
        "https://example.org",
    ]


def test_links_to_other_sites() -> None:
    page = rendered("[a](https://example.org) <mailto:a@example.org> [b](//example.org/x)")
    assert all(link.attributes["rel"] == "noopener noreferrer" for link in page.all("a"))
    assert len(page.all("a")) == 3


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org",
    ],
)
def test_other_schemes_are_text(address: str) -> None:
    for form in ("[x]({})", "[x](<{}>)", "<{}>", "[x]\n\n[x]: {}\n"):
        text = form.format(address)
        for link in rendered(text).all("a"):
            assert link.attributes["href"].startswith(("#", "http", "mailto", "/")), text


def test_images_are_named() -> None:
    page = rendered("![plan](../plan.png) ![far](https://example.org/x.png) ![](data:image/png,x)")
    assert not page.all("img")
    assert "plan (image ../plan.png, not stored)" in page.text
    assert page.link("far (image)") == "https://example.org/x.png"


@pytest.mark.parametrize("folder", ["../", "https://example.org/"])
def test_address_of_an_image_is_escaped(folder: str) -> None:
    page = rendered(f"![plan]({folder}?&amp;amp;)")
    shown = [page.text, *(link.attributes["href"] for link in page.all("a"))]
    assert any(f"{folder}?&amp;" in text for text in shown)


def test_title_of_another_document_is_escaped() -> None:
    title = '"><script>alert(1)</script>'
    targets = Targets({"US0001": replace(STORY, title=title)}, {})
    page = parse(markdown.render(markdown.parse("US0001", "a.md"), targets, HOME).html.decode())
    assert page.one("a").attributes["title"] == title


def test_markup_of_a_document_is_escaped() -> None:
    text = "<script>alert(1)</script>\n\na <id> b <b onclick=x>c</b>\n\n| <i> |\n|-|\n| <u> |\n"
    page = rendered(text)
    assert not page.all("script", "b", "i", "u", "id")
    assert "<script>alert(1)</script>" in page.text
    assert "a <id> b" in page.text


def test_comments_are_hidden() -> None:
    text = "<!-- one\n\ntwo -->\n\na <!-- b --> c\n\n```\n<!-- shown -->\n```\n\n<!-- open\n"
    page = rendered(text)
    assert [found.text for found in page.all("p")] == ["a c", "<!-- open"]
    assert page.one("code").text == "<!-- shown -->"
    assert not rendered("a\n    <!-- hidden -->\n").all("code")
    page = rendered("<!-- a\nb --> c\n\n    <!-- shown -->\n")
    assert page.one("p").text == "c"
    assert page.one("code").text == "<!-- shown -->"


def test_several_tables_are_not_landmarks_of_one_name() -> None:
    page = rendered("| a |\n|-|\n\nb\n\n| c |\n|-|\n")
    assert len(page.all("table")) == 2
    assert not page.all(role="region")


def test_table_of_very_many_columns_scrolls_inside_itself() -> None:
    page = rendered("| a " * 500 + "|\n" + "|-" * 500 + "|\n" + "| b " * 500 + "|\n")
    assert len(page.all("td")) == 500
    around = page.one("div", class_="wide")
    assert around.one("table").all("td")
    assert around.attributes["tabindex"] == "0", "the keyboard must be able to scroll it"


def test_line_breaks_in_cells_only() -> None:
    page = rendered("| a<br>b<BR/>c |\n|-|\n\nd<br>e\n")
    assert len(page.one("th").all("br")) == 2
    assert page.one("p").text == "d<br>e"


def test_code_is_labelled_and_shown_as_it_is() -> None:
    page = rendered("```mermaid x\ngraph <b>\n```\n")
    assert page.one("figcaption").text == "mermaid"
    assert page.one("pre").text == "graph <b>"
    assert page.one("pre").attributes["tabindex"] == "0", "the keyboard must be able to scroll it"


def test_task_lists_and_footnotes() -> None:
    page = rendered("- [x] done\n- [ ] open\n- [X] too\n\nText[^1] ~~gone~~.\n\n[^1]: Note\n")
    boxes = page.all("input")
    assert ["checked" in box.attributes for box in boxes] == [True, False, True]
    assert [label.text for label in page.all("label")] == ["done", "open", "too"]
    assert page.one("s").text == "gone"
    assert "Note" in page.text


def test_task_that_is_a_link_stays_one() -> None:
    page = rendered("- [x] done\n\n[x]: https://example.org\n")
    assert page.link("x") == "https://example.org"
    assert page.one("li").text == "x done"


def test_lists_in_lists_are_shown_and_very_many_are_harmless() -> None:
    page = rendered("".join(f"{'  ' * depth}- item {depth}\n" for depth in range(100)))
    assert len(page.all("li")) > 15


def test_ten_thousand_headings_have_an_anchor_each() -> None:
    parsed = markdown.parse("# Heading\n\n" * 10_000, "notes/a.md")
    assert len({heading.anchor for heading in parsed.headings}) == 10_000


HOSTILE = {
    "brackets": "[",
    "images": "![",
    "links": "[a](US0001-list.md) ",
    "broken links": "[a](b.md)\n\n",
    "addresses": "<http://a.b> ",
    "ids": "US0001 ",
    "comments that do not end": "<!--",
    "comments": "<!-- a -->\n\n",
    "comments before text": "- <!-- a -->b\n",
    "tags": "<",
    "emphasis": "*a ",
    "strong emphasis": "**a *b ",
    "deletions": "~~a ",
    "code": "a`b`` ",
    "entities": "&",
    "headings": "# Heading\n\n",
    "headings with an anchor": "# a {#a}\n",
    "empty headings": "#\n",
    "tasks": "- [ ] a\n",
    "quotes in quotes": "> ",
    "lists in lists": "- ",
    "lines of a quote": "> a\nb\n",
    "fences": "```\n",
    "footnotes": "a[^1]\n\n[^1]: b\n\n",
    "definitions": "[a]: /b\n",
    "rows": "| a | US0001<br>c |\n",
}


def lines_run(text: str) -> int:
    """How many lines of Python it takes to render TEXT: unlike time, the same on any machine."""
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    tool, line = sys.monitoring.OPTIMIZER_ID, sys.monitoring.events.LINE
    sys.monitoring.use_tool_id(tool, "lines run")
    sys.monitoring.register_callback(tool, line, counted)
    sys.monitoring.set_events(tool, line)
    try:
        markdown.render(markdown.parse(text, "stories/a.md"), TARGETS, HOME)
    finally:
        sys.monitoring.set_events(tool, 0)
        sys.monitoring.free_tool_id(tool)
    return count


@pytest.mark.parametrize("repeated", HOSTILE.values(), ids=HOSTILE)
def test_work_grows_with_the_length_and_not_faster(repeated: str) -> None:
    begin = "| a | b |\n|-|-|\n" if repeated.startswith("|") else ""
    assert lines_run(begin + repeated * 160) < 5 * lines_run(begin + repeated * 40)


@pytest.mark.parametrize("text", ["<!--" * 10_000, "`" * 10_000 + "a"])
def test_text_without_an_end_takes_no_time(text: str) -> None:
    start = time.process_time()
    rendered(text)
    assert time.process_time() - start < 4  # a quadratic one takes many

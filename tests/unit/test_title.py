"""Titles of documents."""

import pytest

from sdlc_lens.domain.documents.header import read_head


@pytest.mark.parametrize(
    "text",
    [
        "# US0001: Read",
        "\ufeff# US0001: Read\n",
        "\n\n# US0001: Read\r\n",
        "<!-- written by a tool -->\n# US0001: Read\n",
        "<!--\n# not this one\n-->\n\n# US0001: Read\n# nor this\n",
        "```\n# not this one\n```\n# US0001: Read",
        "~~~~\n# not\n~~~\n# this\n~~~~\n# US0001: Read",
        "   #   US0001: Read   ##  \n",
        "#\tUS0001: Read",
        "---\ntitle: other\n---\n\n# US0001: Read",
    ],
)
def test_title(text: str) -> None:
    assert read_head(text).title == "US0001: Read"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "text only",
        "## second level",
        "#nospace",
        "# ",
        "    # code",
        "```\n# x",
    ],
)
def test_no_title(text: str) -> None:
    assert read_head(text).title is None


def test_hashes_that_belong_to_the_title() -> None:
    assert read_head("# Learn C#").title == "Learn C#"

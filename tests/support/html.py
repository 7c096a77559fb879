"""Pages as trees, queried by element and text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img", "rect"}


@dataclass
class Element:
    """An element, with the elements and texts inside of it in their order.

    `inside` are all elements inside, at any depth.
    """

    tag: str
    attributes: dict[str, str]
    parts: list[Element | str] = field(default_factory=list)
    inside: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, with single spaces."""
        return " ".join("".join(self._texts()).split())

    def all(self, *tags: str, **attributes: str) -> list[Element]:
        """Every element inside with one of TAGS and these ATTRIBUTES."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            found
            for found in self.inside
            if (not tags or found.tag in tags) and wanted.items() <= found.attributes.items()
        ]

    def one(self, *tags: str, **attributes: str) -> Element:
        """The one such element."""
        (found,) = self.all(*tags, **attributes)
        return found

    def link(self, text: str) -> str:
        """The address that the first link with this text leads to."""
        return next(found for found in self.all("a") if found.text == text).attributes["href"]

    def rows(self) -> list[list[str]]:
        """The texts of the cells of all tables' bodies, but for tables that are not shown."""
        unseen = {
            id(body) for part in self.all("div", class_="hidden") for body in part.all("tbody")
        }
        bodies = [body for body in self.all("tbody") if id(body) not in unseen]
        return [
            [cell.text for cell in row.all("th", "td")] for body in bodies for row in body.all("tr")
        ]

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            else:
                yield from part._texts()


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(element)
        for around in self.open:
            around.inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open[-1].tag == tag, f"</{tag}> ends <{self.open[-1].tag}>"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def parse(html: str) -> Element:
    """HTML as a tree; elements that are not closed, or in the wrong order, fail the test."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert len(builder.open) == 1, f"<{builder.open[-1].tag}> is not closed"
    return builder.open[0]

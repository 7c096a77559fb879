"""Documents as HTML. Whatever a document contains, it brings no markup of its own."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markdown_it.token import Token

from sdlc_lens.domain.documents.ids import find_ids
from sdlc_lens.domain.documents.references import link_path
from sdlc_lens.queries.references import Named, Targets
from sdlc_lens.web.addresses import document_address
from sdlc_lens.web.dialect import PARSER, SCHEME, raw_token, text_token

VERSION = 4
"""Raise it with every change of the HTML: what an older version has rendered is not shown then."""

LONGEST_RENDERED = 2**20
LEAST_HEADINGS = 3
IDS = "ids"
"""Where a token of text keeps the ids in it."""

MOST_LISTED = 200

_ANCHOR = re.compile(r"\s*\{#([A-Za-z0-9_.:-]+)\}\s*\Z")
_NOT_IN_ANCHOR = re.compile(r"[^\w]+")
_LONGEST_ANCHOR = 80


@dataclass(frozen=True)
class Heading:
    """A heading, for the table of contents; `level` counts from 1."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """A document's content as HTML, and its headings.

    It is bytes: a text takes four of them for each character as soon as it has an emoji.
    """

    html: bytes
    headings: tuple[Heading, ...]


@dataclass
class Parsed:
    """A document's content as tokens, and the ids and paths that it names."""

    tokens: list[Token]
    folder: str
    environment: dict[str, Any]
    headings: list[Heading] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)


def parse(text: str, path: str) -> Parsed:
    """The content of the document at PATH, before it is known which documents exist."""
    environment: dict[str, Any] = {}
    parsed = Parsed([], path.rpartition("/")[0], environment)
    parsed.tokens = PARSER.parse(text, environment)
    _read_headings(parsed)
    for inline in _inlines(parsed.tokens):
        _collect(inline, parsed)
    return parsed


def render(parsed: Parsed, targets: Targets, home: str) -> Rendered:
    """PARSED as HTML, with links to the documents in TARGETS; HOME is the project's address."""
    for inline in _inlines(parsed.tokens):
        inline.children = _linked(inline.children or [], parsed.folder, targets, home)
    html = PARSER.renderer.render(parsed.tokens, PARSER.options, parsed.environment)
    return Rendered(html.encode(), tuple(parsed.headings))


def _inlines(tokens: Iterable[Token]) -> Iterable[Token]:
    return (token for token in tokens if token.type == "inline")


def _read_headings(parsed: Parsed) -> None:
    """Put every heading one level below its parent, and give it an anchor."""
    used: dict[str, int] = {}
    parents: list[int] = []
    tokens = parsed.tokens
    for place, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        written = int(token.tag[1])
        while parents and parents[-1] >= written:
            parents.pop()
        parents.append(written)
        token.tag = tokens[place + 2].tag = f"h{min(len(parents) + 1, 6)}"
        text, anchor = _heading(tokens[place + 1])
        used[anchor] = used.get(anchor, 0) + 1
        unique = anchor if used[anchor] == 1 else f"{anchor}--{used[anchor]}"
        # Prefixed, so that no heading takes the place of an anchor of the page.
        token.attrSet("id", f"s-{unique}")
        parsed.headings.append(Heading(len(parents), str(token.attrs["id"]), text))


def _heading(inline: Token) -> tuple[str, str]:
    """The text of a heading, and its anchor: its own suffix `{#anchor}`, which is taken off."""
    children = inline.children or []
    own = None
    is_text = bool(children) and children[-1].type == "text"
    if is_text and (suffix := _ANCHOR.search(children[-1].content)):
        own = suffix[1]
        children[-1].content = children[-1].content[: suffix.start()]
    text = "".join(child.content for child in children if child.type in ("text", "code_inline"))
    anchor = own or _NOT_IN_ANCHOR.sub("-", text.lower()).strip("-")[:_LONGEST_ANCHOR]
    return text or "(no text)", anchor or "section"


def _collect(inline: Token, parsed: Parsed) -> None:
    """Note the ids and the paths that INLINE names."""
    for child in inline.children or []:
        if child.type == "text":
            child.meta[IDS] = list(find_ids(child.content))
            parsed.refs.update(found.ref for found in child.meta[IDS])
        elif child.type == "link_open" and (path := _path(child, parsed.folder)):
            parsed.paths.add(path)


def _path(link: Token, folder: str) -> str | None:
    """The document that a link may lead to, by its path in the workspace."""
    href = str(link.attrs.get("href", ""))
    if SCHEME.match(href) or href.startswith(("//", "#")):
        return None
    return link_path(href, folder)


def _linked(children: Sequence[Token], folder: str, targets: Targets, home: str) -> list[Token]:
    """CHILDREN with links that lead somewhere, and with a link around each id of a document."""
    linked: list[Token] = []
    inside = 0
    ending = ""
    for child in children:
        if child.type == "link_open":
            inside += 1
            ending = _aim(child, folder, targets, home)
        elif child.type == "link_close":
            inside -= 1
            if ending:
                child.type, child.tag, child.content = "raw", "", ending
        if child.type == "text" and not inside:
            linked += _with_links(child, targets.by_ref, home)
        elif child.type == "image":
            linked.append(raw_token(_image(child)))
        else:
            linked.append(child)
    return linked


def _aim(link: Token, folder: str, targets: Targets, home: str) -> str:
    """Point LINK at a page; returns the markup that ends it where it cannot be a link."""
    href = str(link.attrs.get("href", ""))
    if href.startswith("#"):
        link.attrs["href"] = f"#s-{href[1:]}"
        return ""
    if SCHEME.match(href) or href.startswith("//"):
        link.attrs["rel"] = "noopener noreferrer"
        return ""
    path = _path(link, folder)
    if path and (document := targets.by_path.get(path)):
        fragment = href.partition("#")[2]
        end = f"#s-{fragment}" if fragment else ""
        link.attrs["href"] = document_address(home, document) + end
        return ""
    link.type, link.tag, link.content = "raw", "", '<span class="broken">'
    return f" (no such document: {escape(href[:200])})</span>"


def _with_links(token: Token, by_ref: Mapping[str, Named], home: str) -> list[Token]:
    """The text of TOKEN with a link around each id that a document has."""
    text = token.content
    parts: list[Token] = []
    done = 0
    for found in token.meta[IDS]:
        if document := by_ref.get(found.ref):
            address = escape(document_address(home, document))
            shown = escape(text[found.start : found.end])
            parts.append(text_token(text[done : found.start]))
            parts.append(
                raw_token(f'<a href="{address}" title="{escape(document.title)}">{shown}</a>')
            )
            done = found.end
    return [*parts, text_token(text[done:])]


def _image(image: Token) -> str:
    """A link to an image elsewhere; the name of one in the workspace, which is not stored."""
    source = str(image.attrs.get("src", ""))
    name = escape(image.content or "image")
    if SCHEME.match(source) or source.startswith("//"):
        return f'<a href="{escape(source)}" rel="noopener noreferrer">{name} (image)</a>'
    return f'<span class="broken">{name} (image {escape(source[:200])}, not stored)</span>'

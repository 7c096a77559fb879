"""The markdown of documents: which parts are enabled, and what hides comments and foreign HTML."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
"""What an address that names its protocol begins with."""

_ALLOWED = frozenset({"http", "https", "mailto"})
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TASK = re.compile(r"\[([ xX])\]\s+")
_DEEPEST = 40
"""Levels of nesting that are read, two for each list in a list; the parser drops what is deeper."""

_UNCLOSED = -1
"""A key of the parser's cache, which holds positions otherwise: no comment ends after this."""


def text_token(content: str) -> Token:
    """Text, which is escaped when it is rendered."""
    return Token("text", "", 0, content=content)


def raw_token(content: str) -> Token:
    """Markup of our own: nothing in it comes from a document without being escaped."""
    return Token("raw", "", 0, content=content)


def _is_allowed(address: str) -> bool:
    scheme = SCHEME.match(address)
    return scheme is None or scheme[1].lower() in _ALLOWED


def _hide_comment_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A comment at the beginning of a line, to the end of the line that closes it."""
    begin = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("<!--", begin):
        return False
    close = _end_of_comment(state.src, begin, state.env)
    if close < 0:
        return False
    line = start
    while line < end and state.eMarks[line] < close:
        line += 1
    if line >= end or state.src[close : state.eMarks[line]].strip():
        return False  # text follows on the line: the comment is part of a paragraph
    if not silent:
        state.line = line + 1
    return True


def _hide_comment(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("<!--", state.pos) or _UNCLOSED in state.cache:
        return False
    close = state.src.find("-->", state.pos + 4)
    if close < 0:
        state.cache[_UNCLOSED] = state.pos
        return False
    state.pos = close + 3
    return True


def _end_of_comment(source: str, begin: int, environment: Any) -> int:
    """Where the comment ends; -1 if it is not closed, which is looked for once only."""
    if environment.get("no_comment_after", len(source) + 1) <= begin:
        return -1
    close = source.find("-->", begin + 4)
    if close < 0:
        environment["no_comment_after"] = begin
        return -1
    return close + 3


def _break_lines_in_cells(state: StateCore) -> None:
    """`<br>` in the cells of tables."""
    for cell, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if cell.type in ("td_open", "th_open") and "<" in inline.content:
            inline.children = [part for child in inline.children or [] for part in _broken(child)]


def _broken(child: Token) -> list[Token]:
    if child.type != "text" or "<" not in child.content:
        return [child]
    first, *others = _BREAK.split(child.content)
    parts = [text_token(first)]
    for other in others:
        parts += [Token("hardbreak", "br", 0), text_token(other)]
    return parts


def _label_tasks(state: StateCore) -> None:
    """`[ ]` and `[x]` at the beginning of an item as a checkbox, whose label is the text."""
    for place, inline in enumerate(state.tokens):
        if inline.type != "inline" or state.tokens[place - 2].type != "list_item_open":
            continue
        children = inline.children or []
        task = _TASK.match(children[0].content) if children and children[0].type == "text" else None
        if task:
            state.tokens[place - 2].attrSet("class", "task-list-item")
            checked = " checked" if task[1] in "xX" else ""
            children[0].content = children[0].content[task.end() :]
            children.insert(0, raw_token(f'<label><input type="checkbox" disabled{checked}> '))
            children.append(raw_token("</label>"))


class _Renderer(RendererHTML):
    """HTML with what the pages' accessibility and style need."""

    def raw(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        return tokens[place].content

    def fence(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        language = tokens[place].info.split(maxsplit=1)
        return _code(tokens[place].content, language[0] if language else "")

    def code_block(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        return _code(tokens[place].content, "")

    def table_open(self, *_: Any) -> str:
        return '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, *_: Any) -> str:
        return "</table></div>\n"


def _code(text: str, language: str) -> str:
    label = f"<figcaption>{escape(language)}</figcaption>" if language else ""
    code = f'<pre tabindex="0"><code>{escape(text)}</code></pre>'
    return f'<figure class="code">{label}{code}</figure>\n'


def _parser() -> MarkdownIt:
    options = {"html": False, "maxNesting": _DEEPEST}
    parser = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    parser.use(footnote_plugin)
    parser.block.ruler.before(
        "paragraph", "comment", _hide_comment_block, {"alt": ["paragraph", "blockquote", "list"]}
    )
    parser.inline.ruler.before("autolink", "comment", _hide_comment)
    parser.core.ruler.push("cells", _break_lines_in_cells)
    parser.core.ruler.push("tasks", _label_tasks)
    setattr(parser, "validateLink", _is_allowed)  # noqa: B010 - a hook by the library's own design
    return parser


PARSER = _parser()

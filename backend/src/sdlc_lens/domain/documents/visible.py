"""The text of a document outside its code fences and comments."""

import re
from collections.abc import Iterator

_MARKER = r"(?:[-*+]|[0-9]{1,9}[.)])[ \t]+"
_MARK = re.compile(rf"\n([ \t]*)(?:(<!--)|({_MARKER})?(`{{3,}}+(?=[^`\n]*(?:\n|\Z))|~{{3,}}+))")
_SIGNS = ("```", "~~~", "<!--")
_ITEM_OR_INDENTED = re.compile(rf"[ \t]|{_MARKER}")


def visible(text: str) -> str:
    """TEXT with code fences and comments replaced by spaces, and `\\n` as the only line break.

    It has the same length. A fence ends as in CommonMark; one that is not closed, or a comment,
    lasts to the end.
    """
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    if not any(sign in text for sign in _SIGNS):
        return text
    parts: list[str] = []
    done = 0
    opened: re.Match[str] | None = None
    for mark in _marks("\n" + text):
        start = mark.start()
        if start < done or (opened and not _closes(mark, opened, text)):
            continue
        if mark[2]:
            end = _end_of_comment(text, start)
        elif opened:
            start, end, opened = opened.start(), _end_of_line(text, start), None
        else:
            opened = mark if _may_open(mark, text) else None
            continue
        parts += text[done:start], " " * (end - start)
        done = end
    if opened:
        parts += text[done : opened.start()], " " * (len(text) - opened.start())
        done = len(text)
    return "".join((*parts, text[done:]))


def lines_with(sign: str, text: str) -> Iterator[int]:
    """Where the line breaks are that stand before lines with SIGN; TEXT begins with a line break.

    If few lines have it, this is faster than matching every line.
    """
    place = text.find(sign)
    while place >= 0:
        yield text.rfind("\n", 0, place)
        line_end = text.find("\n", place)
        place = text.find(sign, line_end) if line_end >= 0 else -1


def _marks(text: str) -> Iterator[re.Match[str]]:
    """The beginnings of lines where a fence or a comment may begin or end, in order."""
    lines = {line for sign in _SIGNS for line in lines_with(sign, text)}
    for line in sorted(lines):
        if mark := _MARK.match(text, line):
            yield mark


def _may_open(mark: re.Match[str], text: str) -> bool:
    """Whether a fence begins here: indented by more than three it is code, except in a list."""
    if len(mark[1].expandtabs(4)) < 4:
        return True
    end = mark.start() - 1
    while end > 0:
        start = text.rfind("\n", 0, end) + 1
        if text[start:end].strip():
            return bool(_ITEM_OR_INDENTED.match(text, start))
        end = start - 1
    return False


def _closes(mark: re.Match[str], opened: re.Match[str], text: str) -> bool:
    """Whether a fence ends here; a list's item that begins with one lets it be indented as far."""
    indent, comment, marker, fence = mark.groups()
    if comment or marker or fence[0] != opened[4][0] or len(fence) < len(opened[4]):
        return False
    margin = max(3, len(opened[1]) + len(opened[3] or ""))
    rest = text[mark.end() - 1 : _end_of_line(text, mark.start())]
    return len(indent) <= margin and not rest.strip()


def _end_of_comment(text: str, start: int) -> int:
    """The end of the line in which the comment ends, unless another begins there."""
    while (close := text.find("-->", start)) >= 0:
        end = _end_of_line(text, close)
        start = text.rfind("<!--", close, end)
        if start < text.rfind("-->", close, end):
            return end
    return len(text)


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end

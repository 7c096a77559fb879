"""The head of a document: its title and the metadata block that stands directly under it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import dropwhile

from sdlc_lens.domain.ids import first_id

_FIELD = re.compile(r"(?:^|[·|])[ \t]*\*\*([^*]{1,100}?)(?::[ \t]*\*\*|\*\*[ \t]*:)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(([^()]*)\)")
_BREAK = re.compile(r"\r\n|\n|\r")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_MARKUP = re.compile(r"[-#>|=+<`~]|\* |[0-9]+[.)] ")


@dataclass(frozen=True)
class Head:
    """A title, if there is one, and the fields in their order under the names they were given."""

    title: str | None = None
    fields: dict[str, str] = field(default_factory=dict)

    def value(self, *names: str) -> str | None:
        """The last value given under one of NAMES; None when it is empty, dashes or `none`."""
        found = [value for name, value in self.fields.items() if _normal_key(name) in names]
        return found[-1] or None if found else None


def read_head(text: str) -> Head:
    """The head of a document with this text."""
    lines = _BREAK.split(text.removeprefix("\ufeff"))
    position, title = next(_titles(lines), (-1, None))
    return Head(title, _fields(lines[position + 1 :]))


def plain(value: str) -> str:
    """A field's value without its links' targets; empty for dashes and `none`."""
    text = _LINK.sub(_link_text, value).strip()
    return "" if not text.strip(_DASHES + " *_") or text.lower() == "none" else text


def _link_text(link: re.Match[str]) -> str:
    text, target = link.groups()
    return text.strip() or first_id(target) or target


def _titles(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Every first-level heading outside of code fences and comments, with its line."""
    for position, line in _visible(lines):
        if title := _heading(line):
            yield position, title


def _visible(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines that are in no code fence and no comment, with their positions."""
    fence, in_comment = "", False
    for position, line in enumerate(lines):
        if in_comment:
            in_comment = "-->" not in line
        elif fence:
            fence = "" if _closes(line, fence) else fence
        elif opening := _FENCE.match(line):
            fence = opening[1]
        elif line.lstrip().startswith("<!--"):
            in_comment = "-->" not in line
        else:
            yield position, line


def _closes(line: str, fence: str) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and not mark.strip(fence[0])


def _heading(line: str) -> str:
    """The text of a first-level heading, without closing hashes; empty for any other line."""
    text = line.lstrip(" ")
    if len(line) - len(text) > 3 or text[:2] not in ("# ", "#\t"):
        return ""
    text = text[1:].strip()
    opened = text.rstrip("#")
    return opened.rstrip() if opened.endswith((" ", "\t")) or not opened else text


def _fields(lines: list[str]) -> dict[str, str]:
    found: dict[str, tuple[str, list[str]]] = {}
    parts: list[str] = []
    above = ""
    for line in dropwhile(lambda line: not line.strip(), lines):
        keyed = list(_keyed(line))
        if not keyed and not (found and _continues(line, above)):
            break
        if not keyed:
            parts.append(_unquoted(line))
        for name, value in keyed:
            parts = [value]
            found.pop(_normal_key(name), None)  # the last of two equal keys wins
            found[_normal_key(name)] = name, parts
        above = line
    return {name: plain(" ".join(parts)) for name, parts in found.values()}


def _continues(line: str, above: str) -> bool:
    """Whether a line without a key belongs to the value ABOVE it: it has the same form."""
    text = line.strip()
    if above.lstrip().startswith(">"):
        return text.startswith(">") and not _FENCE.match(_unquoted(text))
    return bool(text) and not _MARKUP.match(text)


def _keyed(line: str) -> Iterator[tuple[str, str]]:
    """The fields of one line: the first at its start, others after a middle dot or a pipe."""
    text = _unquoted(line).removeprefix("- ").lstrip()
    keys = list(_FIELD.finditer(text))
    if not keys or keys[0].start():
        return
    ends = [key.start() for key in keys[1:]] + [len(text)]
    for key, end in zip(keys, ends, strict=True):
        yield key[1].strip(), text[key.end() : end].strip()


def _unquoted(line: str) -> str:
    return line.strip().removeprefix(">").strip()


def _normal_key(name: str) -> str:
    return " ".join(re.sub(r"[-_\s]+", " ", name).lower().split())

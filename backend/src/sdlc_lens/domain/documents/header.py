"""The head of a document: its title and the metadata block that stands directly under it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sdlc_lens.domain.documents.ids import first_id

_FIELD = re.compile(r"(?:^|[·|])[ \t]*\*\*([^*]{1,100}?)(?::[ \t]*\*\*|\*\*[ \t]*:)")
_FENCE = re.compile(r" {0,3}(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)?(`{3,}(?=[^`]*\Z)|~{3,})")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(([^()]*)\)")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")  # group 1: without its break
_BEGINS_TEXT = re.compile(rf"{_FENCE.pattern}|#{{1,6}}[ \t]")
_BLANK_LINES = re.compile(r"(?:[^\S\r\n]*+>?[^\S\r\n]*+(?:\r\n|\n|\r))*+")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_MARKUP = re.compile(
    r"#{1,6}(?:[ \t]|\Z)|[-+*] |[0-9]+[.)] |[>|]|<!--|[-=]+\Z|(?:\*|_|- ){3}|`{3}|~{3}"
)
_OF_TWO_WORDS = {
    name.replace(" ", ""): name
    for name in (
        "story points", "depends on", "decomposed into", "superseded by", "change request",
        "created by", "raised by",
    )
}  # fmt: skip
# Possessive, so that a file full of comments is read once.
_NO_TEXT = re.compile(r"\ufeff?(?:\s++|(?><!--.*?-->))*+", re.DOTALL)


@dataclass(frozen=True)
class Field:
    """One line of the block: `key` is its name for comparing, `value` is `written` made plain."""

    key: str
    name: str
    written: str
    value: str

    @property
    def relation(self) -> str:
        """What a reference in this field is called, such as `depends_on`."""
        name = self.key if self.key in _OF_TWO_WORDS.values() else _spaced(self.name)
        return name.replace(" ", "_")


@dataclass(frozen=True)
class Head:
    """A title, if there is one, the fields in their order, and the characters they take up.

    What comes before a title is part of the head only where it is no text; a head that begins
    further down takes up nothing, so that head and content always cover the document.
    """

    title: str | None = None
    entries: tuple[Field, ...] = ()
    length: int = 0

    @property
    def fields(self) -> dict[str, str]:
        """The plain values under the names that they were given."""
        return {field.name: field.value for field in self.entries}

    def value(self, *keys: str) -> str | None:
        """The last value given under one of KEYS; None when it is empty, dashes or `none`."""
        field = self.field(*keys)
        return (field.value or None) if field else None

    def field(self, *keys: str) -> Field | None:
        """The last field under one of KEYS."""
        return next((field for field in reversed(self.entries) if field.key in keys), None)


def read_head(text: str) -> Head:
    """The head of a document with this text."""
    heading = next((line for line in _visible(text) if _heading(line[1])), None)
    if not heading:
        entries, end = _block(text, _skipped(_NO_TEXT, text))
        return Head(None, entries, end if entries else 0)
    entries, end = _block(text, heading.end())
    stands_first = _NO_TEXT.fullmatch(text, 0, heading.start())
    return Head(_heading(heading[1]), entries, end if stands_first else 0)


def plain(written: str) -> str:
    """A field's value without its links' targets; empty for dashes and `none`."""
    text = _LINK.sub(_link_text, written).strip()
    return "" if not text.strip(_DASHES + " *_") or text.lower() == "none" else text


def with_ids(written: str) -> str:
    """A field's value in which each link stands for an id, in its text or else in its target."""
    return _LINK.sub(lambda link: link[1] if first_id(link[1]) else f" {link[2]} ", written)


def _link_text(link: re.Match[str]) -> str:
    text, target = link.groups()
    return text.strip() or first_id(target) or target


def _skipped(pattern: re.Pattern[str], text: str, start: int = 0) -> int:
    """Where in TEXT the things of PATTERN end that stand at START."""
    found = pattern.match(text, start)
    return found.end() if found else start


def _visible(text: str) -> Iterator[re.Match[str]]:
    """The lines that are in no code fence and no comment."""
    fence, margin, in_comment = "", 0, False
    for found in _LINE.finditer(text, text.startswith("\ufeff")):
        line = found[1]
        if in_comment:
            in_comment = "-->" not in line or _opens_comment(line)
        elif fence:
            fence = "" if _closes(line, fence, margin) else fence
        elif opening := _FENCE.match(line):
            fence, margin = opening[1], max(opening.start(1), 3)
        elif line.lstrip().startswith("<!--"):
            in_comment = _opens_comment(line)
        else:
            yield found


def _opens_comment(line: str) -> bool:
    return line.rfind("<!--") > line.rfind("-->")


def _closes(line: str, fence: str, margin: int) -> bool:
    """Whether LINE ends the fence, which has at most that MARGIN; a list's item brings its own."""
    mark = line.strip()
    if line.startswith(" " * (margin + 1)):
        return False
    return len(mark) >= len(fence) and not mark.strip(fence[0])


def _heading(line: str) -> str:
    """The text of a first-level heading, without closing hashes; empty for any other line."""
    text = line.lstrip(" ")
    if len(line) - len(text) > 3 or text[:2] not in ("# ", "#\t"):
        return ""
    text = text[1:].strip()
    opened = text.rstrip("#")
    return opened.rstrip() if opened.endswith((" ", "\t")) or not opened else text


def _block(text: str, start: int) -> tuple[tuple[Field, ...], int]:
    """The fields of the block that begins at START, blank lines apart, and where it ends."""
    found: dict[str, tuple[str, list[str]]] = {}
    parts: list[str] = []
    above, end = "", start
    for match in _LINE.finditer(text, _skipped(_BLANK_LINES, text, start)):
        line = match[1]
        keyed = list(_keyed(line))
        if not keyed and not (found and _continues(line, above)):
            break
        if not keyed:
            parts.append(_unquoted(line))
        for name, value in keyed:
            parts = [value]
            found.pop(normal_key(name), None)  # the last of two equal keys wins
            found[normal_key(name)] = name, parts
        above, end = line, match.end()
    return tuple(_field(key, name, " ".join(parts)) for key, (name, parts) in found.items()), end


def _field(key: str, name: str, written: str) -> Field:
    return Field(key, name, written, plain(written))


def _continues(line: str, above: str) -> bool:
    """Whether a line without a key belongs to the value ABOVE it: it has the same form."""
    text = line.strip()
    if above.lstrip().startswith(">"):
        return text.startswith(">") and not _BEGINS_TEXT.match(_unquoted(text))
    return bool(text) and not _MARKUP.match(text)


def _keyed(line: str) -> Iterator[tuple[str, str]]:
    """The fields of one line: the first at its start, others after a middle dot or a pipe."""
    text = _unquoted(line).removeprefix("- ").lstrip()
    keys = list(_FIELD.finditer(text))
    if not text.startswith("**") or not keys or keys[0].start():
        return
    ends = [key.start() for key in keys[1:]] + [len(text)]
    for key, end in zip(keys, ends, strict=True):
        yield key[1].strip(), text[key.end() : end].strip()


def _unquoted(line: str) -> str:
    return line.strip().removeprefix(">").strip()


def normal_key(name: str) -> str:
    """A field's name for comparing: `Depends-On`, `depends_on` and `DependsOn` are one."""
    squeezed = _spaced(name).replace(" ", "")
    return _OF_TWO_WORDS.get(squeezed, squeezed)


def _spaced(name: str) -> str:
    return " ".join(name.replace("-", " ").replace("_", " ").lower().split())

"""The head of a document: its title and the metadata block that stands directly under it."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from sdlc_lens.domain.documents.ids import first_id
from sdlc_lens.domain.documents.visible import visible

LINK = re.compile(r"(?:!\[|\[)([^\[\]]*)\]\(([^()]*)\)")

_KEY = r"\*\*([^*]{1,100}?)(?::[ \t]*\*\*|\*\*[ \t]*:)"
_FIRST_KEY = re.compile(rf"\s*+(?:>\s*+)?(?:- \s*+)?{_KEY}")
_NEXT_KEY = re.compile(rf"(?:[·|][ \t]*+|(?<![ \t])[ \t]{{2,}}+){_KEY}")
_BACKTICKS = re.compile(r"`+")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")  # group 1: without its break
_BEGINS_TEXT = re.compile(
    r"(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)?(?:`{3,}(?=[^`]*\Z)|~{3})|#{1,6}[ \t]"
)
_BLANK_LINES = re.compile(r"(?:[^\S\r\n]*+>?[^\S\r\n]*+(?:\r\n|\n|\r))*+")
_EMPTY = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212 *_"
_MARKUP = re.compile(
    r"#{1,6}(?:[ \t]|\Z)|[-+*] |[0-9]+[.)] |[>|]|<!--|[-=]+\Z|(?:\*|_|- ){3}|`{3}|~{3}"
)
_FIRST_HEADING = re.compile(r"\ufeff?(?:[^\S\r\n]*+(?:\r\n|\n|\r))*+( {0,3}#[ \t])")
_ANY_HEADING = re.compile(r"\n {0,3}#[ \t]")
# Possessive, so that a file full of comments is read once.
_NO_TEXT = re.compile(r"\ufeff?(?:\s++|(?><!--.*?-->))*+", re.DOTALL)
OFTEN_REPEATED = 100
"""Characters of a value; shorter ones occur in many documents of a workspace."""
_KNOWN = {
    name.replace(" ", ""): name
    for name in (
        "status", "owner", "priority", "severity", "epic", "story", "story points", "size",
        "depends on", "aliases", "parent", "decomposed into", "delivers", "supersedes",
        "superseded by", "related", "change request", "rfc", "batch", "affects", "created",
        "created by", "raised by", "estimated by", "delivered by",
    )
} | {"points": "story points"}  # fmt: skip


class Field(NamedTuple):
    """One field of the block: `value` is `written` made plain.

    `key` is its name for comparing, `relation` is the name of a reference in it.
    """

    key: str
    relation: str
    name: str
    written: str
    value: str


@dataclass(frozen=True)
class Head:
    """A title, if there is one, the fields in their order, and the characters they take up.

    What comes before a title is part of the head only where it is no text; a head that begins
    further down takes up nothing. `note` holds the lines between fields that are text: with them
    before what follows the head, nothing of a document is lost.
    """

    title: str | None = None
    entries: tuple[Field, ...] = ()
    length: int = 0
    note: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The plain values under the names that they were given."""
        return {field.name: field.value for field in self.entries}

    def value(self, key: str) -> str | None:
        """The value of the field with this key; None when it is empty, dashes or `none`."""
        field = self.by_key.get(key)
        return (field.value or None) if field else None

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """The fields by their names for comparing."""
        return {field.key: field for field in self.entries}


def read_head(text: str) -> Head:
    """The head of a document with this text."""
    heading = _FIRST_HEADING.match(text)
    title, start, end = _title(text, heading.start(1)) if heading else ("", 0, 0)
    if title:
        return Head(title, *_block(text, end, may_begin_with_note=True))
    title, start, end = _title_further_down(text)
    if not title:
        blank = _NO_TEXT.match(text)
        entries, end, note = _block(text, blank.end() if blank else 0)
        return Head(None, entries, end, note) if entries else Head()
    entries, end, note = _block(text, end, may_begin_with_note=True)
    if _NO_TEXT.fullmatch(text, 0, start):
        return Head(title, entries, end, note)
    return Head(title, entries)


def plain(written: str) -> str:
    """A field's value without its links' targets; empty for dashes and `none`."""
    text = (LINK.sub(_link_text, written) if "](" in written else written).strip()
    return "" if not text.strip(_EMPTY) or text.lower() == "none" else text


def _link_text(link: re.Match[str]) -> str:
    text, target = link.groups()
    return text.strip() or first_id(target) or target


def _title(text: str, start: int) -> tuple[str, int, int]:
    """The text of the heading that begins at START, without closing hashes, and its line's ends."""
    line = _LINE.match(text, start)
    if not line:
        return "", start, start
    title = line[1].strip().removeprefix("#").strip()
    opened = title.rstrip("#")
    if not opened or opened.endswith((" ", "\t")):
        title = opened.rstrip()
    return title, start, line.end()


def _title_further_down(text: str) -> tuple[str, int, int]:
    shown = visible(text)
    if shown.startswith("\ufeff"):
        shown = " " + shown[1:]
    headings = (_title(text, found.start()) for found in _ANY_HEADING.finditer("\n" + shown))
    return next(filter(lambda heading: heading[0], headings), ("", 0, 0))


def _block(
    text: str, start: int, *, may_begin_with_note: bool = False
) -> tuple[tuple[Field, ...], int, str]:
    """The fields of the block that begins at START, blank lines apart, its end, and its note.

    An empty line of a quote ends a value; text after it is a note if more fields follow.
    """
    blank = _BLANK_LINES.match(text, start)
    found: dict[str, Field] = {}  # by `relation`
    continued: dict[str, list[str]] = {}
    last: Field | None = None  # what the next line may continue
    note, waiting = "", ""
    end = start
    in_quote = may_begin_with_note
    for line in _LINE.finditer(text, blank.end() if blank else start):
        written = line[1]
        if named := _repeated(written) if len(written) < OFTEN_REPEATED else _fields(written):
            for last in named:
                found.pop(last.relation, None)  # the last of two equal keys wins
                continued.pop(last.relation, None)
                found[last.relation] = last
            note, waiting = note + waiting, ""
            in_quote = written.lstrip().startswith(">")
            end = line.end()
            continue
        shown = written.strip()
        if not _may_continue(shown, bool(found), in_quote):
            break
        shown = shown.removeprefix(">").lstrip() if in_quote else shown
        last = last if shown else None
        if last:
            continued.setdefault(last.relation, [last.written]).append(shown)
        if last or not (shown or waiting):
            end = line.end()
        else:
            waiting += line[0]
    for relation, parts in continued.items():
        found[relation] = _field(found[relation].name, " ".join(parts))
    return (tuple(found.values()), end, note) if found else ((), start, "")


def _may_continue(line: str, has_fields: bool, in_quote: bool) -> bool:
    """Whether LINE, which has no key, belongs to the block: it has the form of the line above."""
    if in_quote:
        return line.startswith(">") and not _BEGINS_TEXT.match(line[1:].lstrip())
    return has_fields and bool(line) and not _MARKUP.match(line)


def _fields(line: str) -> tuple[Field, ...]:
    """The fields of one line: a key and others after a dot, a pipe or two spaces."""
    key = _FIRST_KEY.match(line)
    if not key:
        return ()
    fields: list[Field] = []
    rest = line[key.end() :]
    name, start = key[1], 0
    if "**" in rest:
        for found in _NEXT_KEY.finditer(_without_code(rest)):
            fields.append(_field(name.strip(), rest[start : found.start()].strip()))
            name, start = rest[found.start(1) : found.end(1)], found.end()
    return (*fields, _field(name.strip(), rest[start:].strip()))


_repeated = lru_cache(maxsize=2048)(_fields)


def _without_code(line: str) -> str:
    """LINE of the same length, its inline code replaced by letters."""
    if "`" not in line:
        return line
    marks = list(_BACKTICKS.finditer(line))
    closing: dict[int, re.Match[str] | None] = {}
    latest: dict[int, re.Match[str]] = {}
    for mark in reversed(marks):
        length = mark.end() - mark.start()
        closing[mark.start()] = latest.get(length)
        latest[length] = mark
    parts: list[str] = []
    done = 0
    for mark in marks:
        close = closing[mark.start()]
        if mark.start() >= done and close:
            parts += line[done : mark.start()], "x" * (close.end() - mark.start())
            done = close.end()
    return "".join((*parts, line[done:]))


def _field(name: str, written: str) -> Field:
    return Field(*_names(name), name, written, plain(written))


def normal_key(name: str) -> str:
    """A field's name for comparing: `Depends-On`, `depends_on` and `DependsOn` are one."""
    return _names(name)[0]


@lru_cache(maxsize=1024)
def _names(name: str) -> tuple[str, str]:
    """A field's name for comparing, and that of a reference in it, such as `depends_on`."""
    spaced = " ".join(name.replace("-", " ").replace("_", " ").lower().split())
    squeezed = spaced.replace(" ", "")
    key = _KNOWN.get(squeezed, squeezed)
    return key, (key if squeezed in _KNOWN else spaced).replace(" ", "_")

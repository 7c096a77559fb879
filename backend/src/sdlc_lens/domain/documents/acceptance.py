"""Reads the acceptance criteria that a document states."""

import re

from sdlc_lens.domain.documents.criteria import Criterion
from sdlc_lens.domain.documents.visible import lines_with

_HEADING = re.compile(r"\n {0,3}(#{1,6})(?=[ \t\n]|\Z)([^\n]*)")
_ACCEPTANCE = re.compile(r"[*_ \t]*acceptance(?:[*_: \t]*\Z|[ \t]+criteria)", re.IGNORECASE)
_CLOSING_HASHES = re.compile(r"(?:\A|[ \t])#+\Z")
_ITEM = re.compile(
    r"([ \t]*)(?:([-*+]|[0-9]{1,9}[.)])(?:[ \t]+|\Z))?"  # indent, marker
    r"(?:(?<=[ \t])\[(.)\](?=[ \t]|\Z)[ \t]*)?(.*)"  # box, text
)
_MAY_BE_ITEM = frozenset("-*+0123456789")
_MAY_BE_CRITERIA = frozenset("Aa*_")  # the first character of a heading
_DASH = r"\-\u2012\u2013\u2014\u2015"
_AC_ID = re.compile(
    rf"(?P<bold>\*\*|__)?(?P<id>AC-?[0-9]++[A-Za-z]?)(?=\*\*|__|[ \t]*(?:[:{_DASH}]|\Z))"
    rf"[ \t]*(?::|[{_DASH}]+)?(?(bold)(?P<close>\*\*|__)?)"
    rf"(?:[ \t]*(?::|[{_DASH}]+(?=[ \t])))?[ \t]*"
)
_PROOF = re.compile(r"\*\*(verify|verified)(?::\*\*|\*\*:)[ \t]*(.*)", re.IGNORECASE)
_DATE = re.compile(r"(?<![0-9])[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")


def read_criteria(text: str) -> tuple[Criterion, ...]:
    """The criteria in TEXT, which is the visible content of a document."""
    reader = _Reader()
    text = "\n" + text
    lines = lines_with("#", text)
    headings = [heading for line in lines if (heading := _HEADING.match(text, line))]
    ends = [*(heading.start() for heading in headings), len(text)][1:]
    for heading, end in zip(headings, ends, strict=False):
        reader.begin(len(heading[1]), heading[2])
        if reader.is_inside:
            reader.read(text[heading.end() : end])
    return tuple(draft.criterion for draft in reader.drafts)


class _Draft:
    """A criterion while it is being read."""

    def __init__(self, name: str | None, text: str, box: str | None) -> None:
        self.id = name
        self.checked = None if box is None else box in "xX"
        self.text = [text]
        self.proof: dict[str, list[str]] = {}

    @property
    def criterion(self) -> Criterion:
        verify, verified = (
            " ".join(self.proof[key]).strip() if key in self.proof else None
            for key in ("verify", "verified")
        )
        date = _DATE.search(verified or "")
        text = " ".join(filter(None, self.text))
        return Criterion(self.id, text, self.checked, verify, verified, date[0] if date else None)


class _Reader:
    """Goes through the sections of a document, each with the lines below its heading."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self._draft: _Draft | None = None
        self._level = 0  # of the heading that the draft began at; 0 for an item
        self._needs_text = False  # the draft began at a bare heading
        self._section = 0  # the level of the acceptance section's heading; 0 outside
        self._indents: list[int] = []  # of the criteria that are items, around the present line
        self._going_on: list[str] | None = None  # what the next line may continue
        self._least_indent = 0  # of a line that does

    @property
    def is_inside(self) -> bool:
        """Whether a line may belong to a criterion here."""
        return bool(self._section or self._draft)

    def begin(self, level: int, written: str) -> None:
        title = written.strip()
        if title.endswith("#"):
            title = _CLOSING_HASHES.sub("", title)
        if level <= self._section:
            self._section = 0
        if not self._level or level <= self._level:
            self._draft, self._level, self._needs_text = None, 0, False
        self._indents, self._going_on = [], None
        if title[:1] not in _MAY_BE_CRITERIA:
            return
        if found := _AC_ID.match(title):
            text = _rest(title, found)
            self._add(_Draft(found["id"], text, None))
            self._level, self._needs_text = level, not text
        elif not self._section and _ACCEPTANCE.match(title):
            self._section = level

    def read(self, body: str) -> None:
        blank_above = False
        for line in body.split("\n"):
            shown = line.strip()
            if not shown:
                blank_above, self._going_on = True, None
                continue
            item = _ITEM.match(line) if shown[0] in _MAY_BE_ITEM else None
            if not (item and self._read_item(item)) and (
                self._going_on is not None or self._needs_text or (blank_above and self._indents)
            ):
                self._read_line(line, shown, blank_above)
            blank_above = False

    def _read_item(self, item: re.Match[str]) -> bool:
        """Whether the line is an item, or a line of proof."""
        written, marker, box, text = item.groups()
        indent = _width(written) if written else 0
        if text[2:3] in ("V", "v") and (proof := _PROOF.match(text)):
            self._prove(proof[1].lower(), proof[2], indent)
            return True
        if not marker:
            return False
        while self._indents and self._indents[-1] >= indent:
            self._indents.pop()
        self._going_on = None
        self._begin_text(text)
        if self._section:
            found = _AC_ID.match(text) if text[:1] in _MAY_BE_CRITERIA else None
            if found or (box and not self._indents):
                name, text = (found["id"], _rest(text, found)) if found else (None, text)
                self._add(_Draft(name, text, box))
                self._level = 0
                self._indents.append(indent)
                self._continue(self.drafts[-1].text, 0)
        return True

    def _read_line(self, line: str, shown: str, blank_above: bool) -> None:
        indent = _width(line[: len(line) - len(line.lstrip())])
        if blank_above:
            while self._indents and self._indents[-1] >= indent:
                self._indents.pop()
        if self._going_on is None:
            self._begin_text(shown)
        elif indent >= self._least_indent:
            self._going_on.append(shown)
        else:
            self._going_on = None

    def _begin_text(self, text: str) -> None:
        """The first paragraph or item is the text of a criterion that is a bare heading."""
        if self._needs_text and self._draft:
            self._needs_text = False
            self._draft.text.append(text)
            self._continue(self._draft.text, 0)

    def _prove(self, key: str, value: str, indent: int) -> None:
        self._going_on = None
        if self._draft and key not in self._draft.proof:
            self._draft.proof[key] = [value]
            self._continue(self._draft.proof[key], indent + 1)

    def _continue(self, parts: list[str], least_indent: int) -> None:
        self._going_on, self._least_indent = parts, least_indent

    def _add(self, draft: _Draft) -> None:
        self.drafts.append(draft)
        self._draft = draft
        self._needs_text = False


def _rest(text: str, found: re.Match[str]) -> str:
    """What follows an AC id; the mark that ends its bold goes with it."""
    rest = text[found.end() :].strip()
    return rest.replace(found["bold"], "", 1) if found["bold"] and not found["close"] else rest


def _width(indent: str) -> int:
    return len(indent.expandtabs(4))

"""Document ids of both eras: `US0001`, `CR-0007` and `BG-01JQK3F8`."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sdlc_lens.domain.documents.kinds import BY_PREFIX

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DATE = r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?![0-9])"
_LETTER = {letter: f"[{letter}{letter.lower()}]" for prefix in BY_PREFIX for letter in prefix}
_FIRST_LETTERS = "".join(f"{prefix[0]}{prefix[0].lower()}" for prefix in BY_PREFIX)
_OTHER_LETTERS = "|".join(
    f"(?<={_LETTER[prefix[0]]})" + "".join(_LETTER[letter] for letter in prefix[1:])
    for prefix in BY_PREFIX
)
# It begins with a set of letters, to which Python's search skips; a word before them is checked
# after that.
_ID = re.compile(
    rf"([{_FIRST_LETTERS}](?<!\w.)(?:{_OTHER_LETTERS}))(-(?!{_DATE}))?"
    rf"([0-9]{{4,}}+(?![0-9A-Za-z_])|(?(2)|(?=[0-9]))[{_CROCKFORD}]{{8,}}+(?![0-9A-Za-z_]))"
)
_LONGEST_START = max(map(len, BY_PREFIX)) + 1  # with the hyphen
_LONGEST_CHECK = 10  # what _ID looks at after an id

# A text has few ids. It is looked at in bytes, one for each character, in which all digits are "0"
# and the other characters of ULIDs "A": to find a run of them is many times faster than _ID.
_CLASSES = bytes(
    ord("0" if chr(code) in "0123456789" else "A" if chr(code) in _CROCKFORD else " ")
    for code in range(256)
)
_SHORTEST_NUMBER, _SHORTEST_ULID = b"0" * 4, b"0" * 8
_RUN = re.compile(b"0+")
_RANGE_MARKS = frozenset({"-", "\u2013", ".."})
_LONGEST_RANGE = 50


class Id(NamedTuple):
    """An id where it occurs in a text; `ref` is its normal form.

    A `candidate` is a ULID without its hyphen: an id only if some document has it.
    """

    start: int
    end: int
    prefix: str
    ref: str
    candidate: bool


def leading_id(stem: str) -> tuple[str, str] | None:
    """The prefix and the normal form of the id that STEM starts with."""
    match = _ID.match(stem)
    found = _id(match) if match else None
    return (found.prefix, found.ref) if found and not found.candidate else None


def first_id(text: str) -> str | None:
    """The normal form of the first id that occurs in TEXT."""
    return next((found.ref for found in find_ids(text)), None)


def find_ids(text: str) -> list[Id]:
    """Every id that occurs in TEXT, in order."""
    line = text.encode("latin-1", "replace").translate(_CLASSES)
    tails = _runs(line, _SHORTEST_NUMBER)
    if ulids := _runs(line.replace(b"A", b"0"), _SHORTEST_ULID):
        tails = sorted(tails + ulids)
    ids: list[Id] = []
    last = 0
    for start, end in tails:
        found = _ID.search(text, max(last, start - _LONGEST_START), end + _LONGEST_CHECK)
        if found and found.end() == end:
            ids.append(_id(found))
            last = end
    return ids


def spread(ids: Iterable[Id], text: str) -> Iterator[Id]:
    """IDS of TEXT, and between the two ends of a range, such as `BG0012-BG0015`, those inside."""
    before: Id | None = None
    for found in ids:
        if before and text[before.end : found.start] in _RANGE_MARKS:
            yield from _inside(before, found)
        yield found
        before = found


def normal_form(written: str) -> str:
    """An id for comparing and storing: letters and digits only, upper case."""
    return re.sub(r"[^0-9A-Za-z]", "", written).upper()


def number(ref: str) -> int | None:
    """The number of a sequential id in normal form."""
    digits = ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdigit() and len(digits) < 16 else None


def _runs(line: bytes, shortest: bytes) -> list[tuple[int, int]]:
    """Where the runs of "0" begin and end that are not shorter than SHORTEST."""
    runs: list[tuple[int, int]] = []
    start = line.find(shortest)
    while start >= 0 and (run := _RUN.match(line, start)):
        runs.append(run.span())
        start = line.find(shortest, run.end())
    return runs


def _id(found: re.Match[str]) -> Id:
    written, hyphen, tail = found.groups()
    prefix = written.upper()
    is_candidate = hyphen is None and not tail.isdigit()
    return Id(found.start(), found.end(), prefix, prefix + tail, is_candidate)


def _inside(first: Id, last: Id) -> Iterator[Id]:
    start, end = number(first.ref), number(last.ref)
    if first.prefix != last.prefix or start is None or end is None or end - start > _LONGEST_RANGE:
        return
    digits = len(first.ref) - len(first.prefix)
    for between in range(start + 1, end):
        yield last._replace(ref=f"{last.prefix}{between:0{digits}}")

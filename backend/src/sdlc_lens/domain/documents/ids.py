"""Document ids of both eras: `US0001`, `CR-0007` and `BG-01JQK3F8`."""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from sdlc_lens.domain.documents.kinds import BY_PREFIX

# Texts are long, and ids rare. A text is looked at in bytes, one for each character, in which all
# digits, or all characters that a ULID may have, are alike: that is many times faster than to
# search the text itself.
_CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DIGITS_ALIKE = bytes(ord("0") if chr(code) in "0123456789" else 32 for code in range(256))
_CROCKFORD_ALIKE = bytes(ord("0") if code in _CROCKFORD else 32 for code in range(256))
_HINT = re.compile(r"[A-Za-z]-?[0-9]|-[A-Z]")
_NUMBER = re.compile(rb"0000+")
_ULID = re.compile(rb"00000000+")
_HYPHEN = ord("-")
_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")
_SHORTEST_ULID = 8
_LENGTHS = sorted({len(prefix) for prefix in BY_PREFIX})
_DATE = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")
_SPELLINGS = {
    "".join(letters): prefix
    for prefix in BY_PREFIX
    for letters in product(*((letter, letter.lower()) for letter in prefix))
}
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
    found = next(iter(find_ids(stem)), None)
    if found is None or found.start or found.candidate:
        return None
    return found.prefix, found.ref


def first_id(text: str) -> str | None:
    """The normal form of the first id that occurs in TEXT."""
    return next((found.ref for found in find_ids(text)), None)


def find_ids(text: str) -> list[Id]:
    """Every id that occurs in TEXT, in order."""
    if not _HINT.search(text):
        return []
    line = text.encode("latin-1", "replace")
    tails = [run.span() for run in _NUMBER.finditer(line.translate(_DIGITS_ALIKE))]
    if ulids := [run.span() for run in _ULID.finditer(line.translate(_CROCKFORD_ALIKE))]:
        tails = sorted(tails + [tail for span in ulids for tail in _ulid_tails(text, *span)])
    line += b" "
    found: list[Id] = []
    last = 0
    for start, end in tails:
        if not start or line[end] in _WORD:
            continue
        hyphen = line[start - 1] == _HYPHEN
        if hyphen and line[end] == _HYPHEN and _DATE.match(text, start):
            continue
        stop = start - hyphen
        for length in _LENGTHS:
            begin = stop - length
            prefix = _SPELLINGS.get(text[begin:stop])
            if prefix and begin >= last and not (begin and _is_word(text[begin - 1])):
                tail = text[start:end]
                candidate = not hyphen and not tail.isdigit()
                found.append(Id(begin, end, prefix, prefix + tail, candidate))
                last = end
                break
    return found


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


def _ulid_tails(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where tails of ULIDs may be in a run of characters that one may have.

    After a hyphen that is the whole run. Without one a prefix may stand in the run, or reach into
    it; such a tail has to begin with a digit, as all ULIDs do.
    """
    if text[start - 1 : start] == "-":
        yield start, end
    first = start
    while start < end and not text[start].isdigit():
        start += 1
    if start - first <= _LENGTHS[-1] and end - start >= _SHORTEST_ULID:
        yield start, end


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _inside(first: Id, last: Id) -> Iterator[Id]:
    start, end = number(first.ref), number(last.ref)
    if first.prefix != last.prefix or start is None or end is None or end - start > _LONGEST_RANGE:
        return
    digits = len(first.ref) - len(first.prefix)
    for between in range(start + 1, end):
        yield last._replace(ref=f"{last.prefix}{between:0{digits}}")

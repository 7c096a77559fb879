"""Document ids of both eras: `US0001`, `CR-0007` and `BG-01JQK3F8`."""

import re
from collections.abc import Iterator

from sdlc_lens.domain.documents.kinds import BY_PREFIX

# The tail of the second form is upper case only: a lower-case slug must not pass for one.
# Texts are searched for tails, which are rare, and only then for what stands before them; no
# digit is looked at twice, however many follow each other.
_TAIL = re.compile(
    r"[-0-9](?:(?<=-)(?:[0-9A-HJKMNP-TV-Z]{8,}+|[0-9]{4,}+)|(?<=[0-9])(?<![0-9]{2})[0-9]{3,}+)"
    r"(?![0-9A-Za-z_])"
)
_PREFIX = re.compile(rf"(?<!\w)(?ai:{'|'.join(sorted(BY_PREFIX, reverse=True))})\Z")
_LONGEST_PREFIX = max(map(len, BY_PREFIX))


def leading_id(stem: str) -> tuple[str, str] | None:
    """The prefix and the normal form of the id that STEM starts with."""
    start, prefix, tail = next(_found(stem), (-1, "", ""))
    return (prefix, prefix + tail) if start == 0 else None


def first_id(text: str) -> str | None:
    """The normal form of the first id that occurs in TEXT."""
    return next(all_ids(text), None)


def all_ids(text: str) -> Iterator[str]:
    """The normal form of every id that occurs in TEXT, in order."""
    return (prefix + tail for _, prefix, tail in _found(text))


def normal_form(written: str) -> str:
    """An id for comparing and storing: letters and digits only, upper case."""
    return re.sub(r"[^0-9A-Za-z]", "", written).upper()


def _found(text: str) -> Iterator[tuple[int, str, str]]:
    """Where each id in TEXT starts, and the two parts of its normal form."""
    tail = _TAIL.search(text)
    while tail:
        end = tail.start()
        prefix = _PREFIX.search(text, max(0, end - _LONGEST_PREFIX), end)
        if prefix:
            yield prefix.start(), prefix[0].upper(), tail[0].removeprefix("-")
        # What only looked like the tail after a hyphen may be an id itself: US0001-RFC00010.
        hidden = not prefix and tail[0].startswith("-")
        tail = _TAIL.search(text, end + 1 if hidden else tail.end())

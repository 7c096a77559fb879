"""Document ids of both eras: `US0001`, `CR-0007` and `BG-01JQK3F8`."""

import re

from sdlc_lens.domain.kinds import BY_PREFIX

# The tail of the second form is upper case only: a lower-case slug must not pass for one.
_ID = re.compile(
    r"(?<![0-9A-Za-z_])"
    rf"(?P<prefix>(?i:{'|'.join(sorted(BY_PREFIX, reverse=True))}))"
    r"(?:-?[0-9]{4,}|-[0-9A-HJKMNP-TV-Z]{8,})"
    r"(?![0-9A-Za-z_])"
)


def leading_id(stem: str) -> tuple[str, str] | None:
    """The prefix and the normal form of the id that STEM starts with."""
    match = _ID.match(stem)
    return (match["prefix"].upper(), normal_form(match[0])) if match else None


def first_id(text: str) -> str | None:
    """The normal form of the first id that occurs in TEXT."""
    match = _ID.search(text)
    return normal_form(match[0]) if match else None


def normal_form(written: str) -> str:
    """An id for comparing and storing: letters and digits only, upper case."""
    return re.sub(r"[^0-9A-Za-z]", "", written).upper()

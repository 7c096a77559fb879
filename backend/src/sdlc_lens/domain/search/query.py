"""The query language: words and quoted phrases; every text is a valid query."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sdlc_lens.domain.documents.ids import leading_id, normal_form
from sdlc_lens.domain.documents.kinds import BY_PREFIX
from sdlc_lens.domain.search.folding import fold

_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f\u00ab\u00bb\0", '"""""" ')
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True)
class Term:
    """One thing that must occur, in any of `forms`; their last word may go on if it is open.

    The forms are folded, as the index is.
    """

    forms: tuple[str, ...]
    is_open: bool = False


@dataclass(frozen=True)
class Query:
    """All terms must occur; without any, nothing is found. `name` is the query as one name."""

    terms: tuple[Term, ...]
    name: str

    @property
    def ref(self) -> str:
        """The id that the whole may be, in normal form."""
        return normal_form(self.name)

    @property
    def type(self) -> str | None:
        """The type of the id that the query begins with."""
        found = leading_id(self.name)
        return BY_PREFIX[found[0]].name if found else None


def read_query(text: str) -> Query:
    """The query in TEXT; its last term is open, unless a quote closes it."""
    whole = text.encode("utf-8", errors="replace").decode("utf-8")
    parts = whole.translate(_QUOTES).split('"')
    found = [_forms(written) for written in _written(parts) if _has_word(written)]
    is_closed = len(parts) % 2 == 1 and len(parts) > 1 and not _has_word(parts[-1])
    last = len(found) - 1
    terms = (Term(forms, place == last and not is_closed) for place, forms in enumerate(found))
    return Query(tuple(terms), " ".join(" ".join(parts).split()).strip("[]"))


def _written(parts: list[str]) -> Iterator[str]:
    """Phrases as they stand, everything between them by words; every second part is a phrase."""
    for place, part in enumerate(parts):
        yield from [part] if place % 2 else part.split()


def _has_word(text: str) -> bool:
    return any(unicodedata.category(character)[0] in "LN" for character in text)


def _forms(written: str) -> tuple[str, ...]:
    """An id may stand in a text in either form, `CR-0007` or `CR0007`; all else as it is."""
    text = _AROUND.sub("", written)
    prefix, ref = leading_id(text) or ("", "")
    if not ref or ref != normal_form(text):
        return (fold(text),)
    return (fold(ref), fold(f"{prefix} {ref.removeprefix(prefix)}"))

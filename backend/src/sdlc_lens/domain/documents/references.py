"""References between documents: what a document names, and which document that means."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import lru_cache
from posixpath import normpath
from typing import NamedTuple
from urllib.parse import unquote

from sdlc_lens.domain.documents.header import LINK, OFTEN_REPEATED, Field
from sdlc_lens.domain.documents.ids import find_ids, spread
from sdlc_lens.domain.documents.kinds import BY_PREFIX
from sdlc_lens.domain.documents.layout import home, is_document

ALIASES = "aliases"
MENTION = "mention"

FAMILY = ("story", "epic", "parent")
"""The fields that name a parent; the first of them that a document has decides."""

_LONGEST_PATH = 300
_ADDRESS = re.compile(r"\s*(?:<([^<>#]*)|([^\s#]*))")  # without fragment and title
_IN_PATH = re.compile(r"[^()<>\s]*")


class Link(NamedTuple):
    """A reference under the name of its field, such as `depends_on`; `target` in normal form.

    `path` is where the markdown link around it leads, relative to the workspace. A `candidate` is
    a reference only if some document has that id.
    """

    relation: str
    target: str
    path: str | None = None
    candidate: bool = False


def aliases(fields: Iterable[Field]) -> tuple[str, ...]:
    """The other refs that a document answers to."""
    targets = (_links(field, "") for field in fields if field.key == ALIASES)
    return tuple(dict.fromkeys(link.target for links in targets for link in links))


def references(fields: Iterable[Field], folder: str) -> tuple[Link, ...]:
    """Every reference in a header field, in its order; FOLDER is that of the document."""
    links = [
        link
        for field in fields
        if not field.written.isalpha() and field.key != ALIASES  # a single word is not an id
        for link in _links(field, folder)
    ]
    return _once(links) if len(links) > 1 else tuple(links)


def mentions(text: str, own: Container[str | None], folder: str) -> tuple[Link, ...]:
    """Every id that occurs in TEXT, in the order of first occurrence; its OWN left out."""
    has_links = "](" in text
    found: dict[str, dict[str | None, bool]] = {}
    for start, _, _, ref, candidate in find_ids(text):
        if ref not in own:
            in_link = has_links and start and text[start - 1] in "/(<"
            path = _path_around(start, text, folder) if in_link else None
            same = found.get(ref)
            if same is None:
                found[ref] = {path: candidate}
            elif same.get(path, True):
                same[path] = candidate
    links: list[Link] = []
    for ref, same in found.items():
        named = [Link(MENTION, ref, path, candidate) for path, candidate in same.items()]
        links += _most_definite(named) if len(named) > 1 else named
    return tuple(links)


@dataclass(frozen=True)
class Candidate:
    """A document that answers to REF: as its OWN id, or else as an alias."""

    id: int
    ref: str
    own: bool
    type: str
    path: str


class Meanings:
    """Which document each reference means, among CANDIDATES that answer to the same ref."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._by_path: dict[tuple[str, str], int] = {}
        winners: dict[str, Candidate] = {}
        for candidate in candidates:
            self._by_path[candidate.ref, candidate.path] = candidate.id
            rival = winners.get(candidate.ref)
            if rival is None or _rank(candidate) < _rank(rival):
                winners[candidate.ref] = candidate
        self._by_ref = {ref: winner.id for ref, winner in winners.items()}

    def get(self, target: str, path: str | None = None) -> int | None:
        """The id of the document that answers to TARGET and is at PATH, else of the best one."""
        if path is not None and (found := self._by_path.get((target, path))) is not None:
            return found
        return self._by_ref.get(target)

    def values(self) -> Iterable[int]:
        """The ids of all documents that some reference can mean."""
        return self._by_path.values()

    def winners(self) -> Iterable[int]:
        """The ids of the documents that references without a path mean."""
        return self._by_ref.values()


def parents(own: int, references: Iterable[Link], meanings: Meanings) -> list[int]:
    """The nearest parents of the document OWN, in the order in which they are named.

    A reference to the document itself is ignored; a story that is named but missing still keeps
    the epic from being a parent.
    """
    named: dict[str, list[int | None]] = {relation: [] for relation in FAMILY}
    for relation, target, path, candidate in references:
        meant = meanings.get(target, path)
        if relation in named and meant != own and not (candidate and meant is None):
            named[relation].append(meant)
    decisive = next((meant for meant in named.values() if meant), [])
    return list(dict.fromkeys(meant for meant in decisive if meant is not None))


def link_path(target: str, folder: str) -> str | None:
    """The path of the document, relative to the workspace, at which a link in FOLDER points.

    None when the link cannot point at a document of the workspace.
    """
    address = _ADDRESS.match(target)
    path = (address[1] or address[2]) if address else ""
    path = unquote(path) if "%" in path else path
    above, _, name = path.rpartition("/")
    if "://" in path or not is_document(name):
        return None
    is_relative = folder and not path.startswith("/")
    above = _normal(f"{folder}/{above}" if is_relative else above.lstrip("/"))
    if above == ".." or above.startswith("../"):
        return None
    return name if above == "." else f"{above}/{name}"


_normal = lru_cache(maxsize=256)(normpath)


def _links(field: Field, folder: str) -> tuple[Link, ...]:
    often = len(field.written) < OFTEN_REPEATED
    return (_repeated if often else _read_links)(field.relation, field.written, folder)


def _read_links(relation: str, written: str, folder: str) -> tuple[Link, ...]:
    text, links = _unlinked(written) if "](" in written else (written, [])
    ids = find_ids(text)
    found: list[Link] = []
    place = 0
    for each in spread(ids, text) if len(ids) > 1 else ids:
        while place < len(links) and links[place].end <= each.start:
            place += 1
        inside = place < len(links) and links[place].start <= each.start
        path = link_path(links[place].target, folder) if inside else None
        found.append(Link(relation, each.ref, path, each.candidate))
    return tuple(found)


_repeated = lru_cache(maxsize=512)(_read_links)


class _Unlinked(NamedTuple):
    """Where a link stood in a text, and its target."""

    start: int
    end: int
    target: str


def _unlinked(written: str) -> tuple[str, list[_Unlinked]]:
    """A field's value in which each link stands for the ids in its text, else in its target."""
    parts: list[str] = []
    links: list[_Unlinked] = []
    done = length = 0
    for link in LINK.finditer(written):
        label, target = link.groups()
        if all(found.candidate for found in find_ids(label)):
            label = _id_of_target(target) or label
        before = written[done : link.start()]
        start = length + len(before)
        parts += before, label
        length = start + len(label)
        links.append(_Unlinked(start, length, target))
        done = link.end()
    return "".join((*parts, written[done:])), links


def _id_of_target(target: str) -> str | None:
    """The id in a link's target, that of the file before those of folders, set apart."""
    ids = [found for found in find_ids(target) if not found.candidate]
    name = target.rfind("/")
    chosen = next((found for found in ids if found.start > name), ids[0] if ids else None)
    return f" {target[chosen.start : chosen.end]} " if chosen else None


def _path_around(start: int, text: str, folder: str) -> str | None:
    """The path of the document whose name begins at START, if that is in a link's target."""
    begin = text.rfind("](", max(0, start - _LONGEST_PATH), start) + 2
    if begin < 2:
        return None
    path = _IN_PATH.match(text, begin + text.startswith("<", begin), start + _LONGEST_PATH)
    return link_path(path[0], folder) if path and path.end() >= start else None


def _once(links: Iterable[Link]) -> tuple[Link, ...]:
    """LINKS in their order without repetitions; the most definite ones of each target."""
    found: dict[tuple[str, str], dict[str | None, Link]] = {}
    for link in links:
        same = found.setdefault((link.relation, link.target), {})
        if same.setdefault(link.path, link).candidate:
            same[link.path] = link
    return tuple(link for same in found.values() for link in _most_definite([*same.values()]))


def _most_definite(links: list[Link]) -> list[Link]:
    certain = [link for link in links if not link.candidate] or links
    return [link for link in certain if link.path] or certain


def _rank(candidate: Candidate) -> tuple[bool, bool, str]:
    """Least wins: of its prefix's type and in that type's folder, then by own id, then by path."""
    prefix = next((prefix for prefix in BY_PREFIX if candidate.ref.startswith(prefix)), "")
    kind = BY_PREFIX.get(prefix)
    folder = candidate.path.rpartition("/")[0]
    at_home = kind and candidate.type == kind.name and home(folder)[0] == kind
    return not at_home, not candidate.own, candidate.path

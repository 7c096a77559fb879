"""Commits: what one contains, and in which order they are looked through."""

import heapq
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sdlc_lens.remote_errors import CorruptAnswer

LONGEST_TEXT = 200
"""How much is kept of a subject or a name."""

_TREE = re.compile(rb"tree ([0-9a-f]{40,64})\n")
_PARENT = re.compile(rb"^parent ([0-9a-f]{40,64})$", re.MULTILINE)
_PERSON = rb"^%s (.*?) ?<.*> (-?\d{1,11}) [+-]\d+$"
_AUTHOR = re.compile(_PERSON % b"author", re.MULTILINE)
_COMMITTER = re.compile(_PERSON % b"committer", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a repository; `at` is when it was made, `committed_at` when it got its place."""

    tree: str
    parents: tuple[str, ...]
    author: str
    at: datetime
    committed_at: datetime
    subject: str


def parse_commit(content: bytes) -> Commit:
    """The commit that an object's CONTENT describes.

    Raises: CorruptAnswer.
    """
    header, _, message = content.partition(b"\n\n")
    tree, committer = _TREE.match(header), _COMMITTER.search(header)
    if not tree or not committer:
        raise CorruptAnswer("the commit that the server sent is malformed. Sync again")
    author = _AUTHOR.search(header) or committer
    return Commit(
        tree[1].decode(),
        tuple(found.decode() for found in _PARENT.findall(header)),
        _text(author[1]),
        _moment(author[2]),
        _moment(committer[2]),
        _text(message.lstrip(b"\n").partition(b"\n\n")[0]),
    )


def newest_first(commits: Mapping[str, Commit], tip: str) -> Iterator[str]:
    """The COMMITS below TIP: each after all those that have it as a parent, else the newest."""
    children = Counter(
        parent for commit in commits.values() for parent in commit.parents if parent in commits
    )
    ready = [(0.0, tip)] if tip in commits else []
    while ready:
        _, name = heapq.heappop(ready)
        yield name
        for parent in commits[name].parents:
            children[parent] -= 1
            if parent in commits and not children[parent]:
                heapq.heappush(ready, (-commits[parent].committed_at.timestamp(), parent))


def _moment(seconds: bytes) -> datetime:
    """A time; one before 1970 is taken as 1970."""
    return datetime.fromtimestamp(max(int(seconds), 0), UTC)


def _text(written: bytes) -> str:
    """A line as it can be shown; its encoding may be any."""
    text = " ".join(written.decode("utf-8", "replace").split())[:LONGEST_TEXT]
    return "".join(character for character in text if character.isprintable())

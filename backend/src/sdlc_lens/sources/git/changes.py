"""The last change of each document, as `git log -1 -- PATH` finds it.

From the newest commit on, a document is followed to the first parent in which it is the same. A
commit that has no such parent is the one that changed it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from sdlc_lens.sources.git.commits import Commit


@dataclass(frozen=True, slots=True)
class Change:
    """The commit that last changed a document."""

    commit_id: str
    author: str
    at: datetime
    subject: str


class Past(NamedTuple):
    """An earlier commit, and the paths of the documents that have not changed since."""

    commit_id: str
    unchanged: Collection[str]


class Difference(NamedTuple):
    """The paths, and the folders with all below them, in which one commit differs from another."""

    paths: Collection[str]
    folders: Collection[str]

    def among(self, documents: Collection[str]) -> set[str]:
        """Those of the DOCUMENTS that differ."""
        differing = {path for path in self.paths if path in documents}
        if self.folders:
            below = tuple(f"{folder}/" if folder else "" for folder in self.folders)
            differing |= {path for path in documents if path.startswith(below)}
        return differing


Compare = Callable[[Commit, Commit], Difference]
"""Gives the difference of a commit from its parent."""


class Walk:
    """Follows documents through commits; CHANGES are the last changes that were found, None for
    those that are older than the COMMITS.
    """

    def __init__(
        self,
        commits: Mapping[str, Commit],
        tip: str,
        documents: Collection[str],
        past: Past | None = None,
    ) -> None:
        self.changes: dict[str, Change | None] = {}
        self._commits = commits
        self._past = past or Past("", ())
        self._open = defaultdict[str, set[str]](set, {tip: set(documents)})

    @property
    def is_over(self) -> bool:
        """Whether every document has been followed to its end."""
        return not self._open

    def folders(self) -> set[str]:
        """The folders with documents that are still followed, and those above."""
        parents = {PurePosixPath(path).parent for paths in self._open.values() for path in paths}
        return {str(folder) for parent in parents for folder in (parent, *parent.parents)}

    def pass_commit(self, name: str, compare: Compare) -> None:
        """Go from a commit to its parents; its children were passed before."""
        documents = self._open.pop(name, set())
        commit = self._commits[name]
        for parent in commit.parents:
            if parent == self._past.commit_id:
                documents = documents.difference(self._past.unchanged)
            elif documents and parent in self._commits:
                differing = compare(commit, self._commits[parent]).among(documents)
                if same := documents - differing:
                    self._open[parent] |= same
                documents = differing
        unknown = set(commit.parents) - self._commits.keys() - {self._past.commit_id}
        change = Change(name, commit.author, commit.at, commit.subject)
        self.changes |= dict.fromkeys(documents, None if unknown else change)

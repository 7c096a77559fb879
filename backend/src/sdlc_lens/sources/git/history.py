"""Reads the last changes of documents: commits first, then the trees in which they differ."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from os import fsdecode, fsencode
from typing import NamedTuple

from sdlc_lens.remote_errors import RepositoryTooLarge
from sdlc_lens.sources.git.changes import Change, Difference, Past, Walk
from sdlc_lens.sources.git.commits import Commit, newest_first, parse_commit
from sdlc_lens.sources.git.exchange import TREES, fetch_missing, find_tip
from sdlc_lens.sources.git.hosts import locate_remote
from sdlc_lens.sources.git.http import Client
from sdlc_lens.sources.git.limits import Budget
from sdlc_lens.sources.git.objects import Objects
from sdlc_lens.sources.git.place import Place
from sdlc_lens.sources.git.repository import Policy
from sdlc_lens.sources.walk import storable

STEP_BYTES = 40 * 2**20
"""How much one exchange may receive, and unpack."""

_FIRST_STEP, _LONGEST_STEP = 8, 1000
"""How many commits are looked through in one exchange."""

_TREE = b"40000"
_TREES_KEPT = 16
"""How many trees are kept parsed: one of some thousand documents takes half a megabyte."""

Entries = Mapping[bytes, tuple[bytes, bytes]]
"""Mode and id of each entry of a tree, by its name."""


def read_changes(
    place: Place,
    policy: Policy,
    commit_id: str,
    documents: Collection[str],
    commits: int,
    past: Past | None = None,
    token: str | None = None,
) -> Mapping[str, Change | None]:
    """The last changes of the DOCUMENTS, at paths below PLACE, at a commit of its branch.

    Looks so many COMMITS back, and no further than PAST, whose unchanged documents are left out.
    None stands for an older change. A server that cannot leave trees out gives none.

    Raises: GitError, RemoteNotAllowed.
    """
    limits = replace(policy.limits, received=STEP_BYTES, unpacked=STEP_BYTES)
    remote = locate_remote(place.url, policy.hosts)
    budget = Budget(limits)
    with Client(remote, budget, token) as client:
        tip = replace(find_tip(client, place), commit_id=commit_id)
        objects = Objects(policy.folder, tip.object_format, budget)
        options = [f"deepen {commits}", "filter tree:0"]
        options += [f"have {past.commit_id}"] if past else []
        ways = [options] if tip.has_filters else []
        try:
            if not fetch_missing(client, tip, [commit_id], objects, *ways):
                return {}
        except RepositoryTooLarge:
            if commits == 1:
                raise
            fewer = max(1, commits // 4)
            return read_changes(place, policy, commit_id, documents, fewer, past, token)
        known = {name: parse_commit(objects.read(name, "commit")) for name in objects}
    walk = Walk(known, commit_id, documents, past)
    waiting = list(newest_first(known, commit_id))
    size = _FIRST_STEP
    while waiting and not walk.is_over:
        names = waiting[:size]
        budget = Budget(limits)
        objects = Objects(policy.folder, tip.object_format, budget)
        try:
            with Client(remote, budget, token) as client:
                client.path = tip.path
                fetching = partial(fetch_missing, client, tip)
                trees = Trees(fetching, objects, place.path, walk.folders())
                trees.load(_pairs(known, names))
        except RepositoryTooLarge:
            if size == 1:
                raise
            size = max(1, size // 4)
            continue
        for name in names:
            walk.pass_commit(name, trees.compare)
        del waiting[:size]
        fitting = size * STEP_BYTES // (2 * budget.unpacked + 1)
        size = max(1, min(fitting, 4 * size, _LONGEST_STEP))
    return walk.changes


def _pairs(known: Mapping[str, Commit], names: Iterable[str]) -> Iterator[tuple[Commit, Commit]]:
    """Each of the commits called NAMES with each of its parents."""
    for name in names:
        for parent in known[name].parents:
            if parent in known:
                yield known[name], known[parent]


class _Pair(NamedTuple):
    """A folder's tree in a commit and in a parent; ABOVE is its path, with a slash at the end."""

    after: str
    before: str
    above: str


class Trees:
    """The trees of the workspace at PATH in some commits, compared in the given FOLDERS."""

    def __init__(
        self,
        fetch_trees: Callable[..., bool],
        objects: Objects,
        path: str,
        folders: Collection[str],
    ) -> None:
        self._fetch = fetch_trees
        self._objects = objects
        self._parts = [fsencode(part) for part in path.split("/") if part not in ("", ".")]
        self._folders = folders
        self._entry = re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % objects.id_bytes, re.DOTALL)
        self._parsed: dict[str, Entries] = {}
        self._tops: dict[str, str | None] = {}
        self._compared: dict[_Pair, tuple[Difference, list[_Pair]]] = {}

    def load(self, pairs: Iterable[tuple[Commit, Commit]]) -> None:
        """Fetch all that comparing each of the PAIRS takes, a level of folders at a time."""
        roots = [(commit.tree, parent.tree) for commit, parent in pairs]
        tops: dict[str, str | None] = {root: root for pair in roots for root in pair}
        for part in self._parts:
            self._require(filter(None, tops.values()))
            tops = {root: tree and self._folder(tree, part) for root, tree in tops.items()}
        self._tops = tops
        level = dict.fromkeys(
            _Pair(after, before, "")
            for after, before in ((tops[root], tops[other]) for root, other in roots)
            if after and before and after != before
        )
        while level:
            self._require(tree for pair in level for tree in (pair.after, pair.before))
            below: dict[_Pair, None] = {}
            for pair in level:
                self._compared[pair] = self._compare(pair)
                below |= dict.fromkeys(self._compared[pair][1])
            level = below

    def compare(self, commit: Commit, parent: Commit) -> Difference:
        """How the workspace in COMMIT differs from that in its PARENT."""
        after, before = self._tops[commit.tree], self._tops[parent.tree]
        if after == before:
            return Difference((), ())
        if after is None or before is None:
            return Difference((), ("",))
        paths, folders, waiting = list[str](), list[str](), [_Pair(after, before, "")]
        while waiting:
            difference, below = self._compared[waiting.pop()]
            paths += difference.paths
            folders += difference.folders
            waiting += below
        return Difference(set(paths), folders)

    def _compare(self, pair: _Pair) -> tuple[Difference, list[_Pair]]:
        """How two trees differ, and the pairs of trees below them to compare next."""
        before = self._entries(pair.before)
        paths, folders, below = [], [], []
        for name, (mode, tree) in self._entries(pair.after).items() - before.items():
            path = storable(pair.above + fsdecode(name))
            if mode != _TREE:
                paths.append(path)
            elif path in self._folders:
                other_mode, other = before.get(name, (b"", b""))
                if other_mode == _TREE:
                    below.append(_Pair(tree.hex(), other.hex(), f"{path}/"))
                else:
                    folders.append(path)
        return Difference(paths, folders), below

    def _folder(self, tree: str, name: bytes) -> str | None:
        mode, below = self._entries(tree).get(name, (b"", b""))
        return below.hex() if mode == _TREE else None

    def _entries(self, tree: str) -> Entries:
        if tree not in self._parsed:
            if len(self._parsed) == _TREES_KEPT:
                del self._parsed[next(iter(self._parsed))]
            found = self._entry.findall(self._objects.read(tree, "tree"))
            self._parsed[tree] = {name: (mode, below) for mode, name, below in found}
        return self._parsed[tree]

    def _require(self, trees: Iterable[str]) -> None:
        """Fetch those of the TREES that are not there yet."""
        self._fetch(set(trees), self._objects, *TREES)

"""A workspace in a git repository, read at one commit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from sdlc_lens.errors import Unreadable, UnusableWorkspace
from sdlc_lens.remote_settings import split
from sdlc_lens.settings import Settings
from sdlc_lens.sources.git.commits import parse_commit
from sdlc_lens.sources.git.exchange import TREES, Tip, fetch, fetch_missing, find_tip
from sdlc_lens.sources.git.hosts import Host, locate_remote
from sdlc_lens.sources.git.http import Client
from sdlc_lens.sources.git.limits import Budget, Limits
from sdlc_lens.sources.git.objects import Objects
from sdlc_lens.sources.git.place import Place
from sdlc_lens.sources.git.trees import (
    TreeEntry,
    find_tree,
    list_documents,
    parse_tree,
)
from sdlc_lens.sources.mapping import OWN_FILES, read_own_files
from sdlc_lens.sources.progress import Progress
from sdlc_lens.sources.snapshot import Blob, Commit, Snapshot


@dataclass(frozen=True)
class Policy:
    """Which servers may be read, how much of them, and the folder for what they send."""

    hosts: tuple[Host, ...]
    limits: Limits
    folder: Path

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The policy that the settings state."""
        limits = Limits(
            settings.git_max_received_mb << 20,
            settings.git_max_unpacked_mb << 20,
            settings.git_max_files,
            settings.git_max_file_mb << 20,
            settings.git_max_seconds,
        )
        hosts = tuple(map(Host.parse, split(settings.git_hosts)))
        return cls(hosts, limits, settings.database_path.parent)


NOWHERE = Policy((), Limits(), Path("/"))
"""The policy by which no server may be read."""


def ask_tip(place: Place, policy: Policy, token: str | None = None) -> Tip:
    """The commit that the branch of PLACE is at now; two requests.

    Raises: GitError, RemoteNotAllowed.
    """
    remote = locate_remote(place.url, policy.hosts)
    with Client(remote, Budget(policy.limits), token) as client:
        return find_tip(client, place)


def read_repository(
    place: Place,
    policy: Policy,
    *,
    known: Collection[str] = (),
    read_at: str | None = None,
    tip: Tip | None = None,
    token: str | None = None,
    progress: Progress | None = None,
) -> Snapshot | None:
    """The workspace at PLACE; None when its branch is still at the commit READ_AT.

    Blobs with KNOWN ids are not fetched. TIP is where the branch is, if that was just asked.
    PROGRESS shows what arrives.

    Raises: GitError, RemoteNotAllowed.
    """
    budget = Budget(policy.limits)
    if progress is not None:
        progress.budget = budget
    remote = locate_remote(place.url, policy.hosts)
    with Client(remote, budget, token) as client:
        if tip is None or tip.remote != place.remote:
            tip = find_tip(client, place)
        client.path = tip.path
        if tip.commit_id == read_at:
            return None
        try:
            objects = Objects(policy.folder, tip.object_format, budget)
            return _Reading(client, tip, objects).snapshot(place.path, known)
        except OSError as error:
            raise UnusableWorkspace(
                f"what the server sends cannot be stored in {policy.folder}: {error.strerror}."
                " Make room there"
            ) from error


class _Reading:
    """The objects of one commit, which are fetched as they are needed."""

    def __init__(self, client: Client, tip: Tip, objects: Objects) -> None:
        self._client = client
        self._tip = tip
        self._objects = objects

    def snapshot(self, path: str, known: Collection[str]) -> Snapshot:
        """The workspace in the folder at PATH."""
        commit_id = self._tip.commit_id
        self._load([commit_id], *(["deepen 1", *options] for options in TREES))
        commit = parse_commit(self._objects.read(commit_id, "commit"))
        folder = find_tree(commit.tree, path, self._tree)
        self._load([folder], ["filter blob:none"])
        listing = list_documents(folder, self._tree, self._objects.budget.limits.objects)
        own = {listing.top[name] for name in OWN_FILES if name in listing.top}
        self._load(own | set(listing.documents.values()) - set(known), [])
        settings, version, warnings = read_own_files(partial(self._own_file, listing.top))
        return Snapshot(
            listing.documents,
            partial(_read_document, self._objects, listing.documents),
            listing.unreadable,
            settings,
            version,
            warnings,
            Commit(commit_id, commit.committed_at),
            self._objects.keep,
        )

    def _load(self, wanted: Collection[str], *ways: Sequence[str]) -> None:
        """Fetch the WANTED objects that are not there yet, in one of the WAYS; if need be, the
        whole commit.
        """
        possible = ways if self._tip.has_filters else ()
        if not fetch_missing(self._client, self._tip, wanted, self._objects, *possible):
            fetch(self._client, self._tip, [self._tip.commit_id], self._objects, "deepen 1")

    def _tree(self, object_id: str) -> list[TreeEntry]:
        self._load([object_id], *TREES)
        return list(parse_tree(self._objects.read(object_id, "tree"), self._objects.id_bytes))

    def _own_file(self, top: Mapping[str, str], name: str) -> bytes | None:
        return self._objects.read(top[name], "blob") if name in top else None


def _read_document(objects: Objects, documents: Mapping[str, str], path: str) -> Blob:
    object_id, most = documents[path], objects.budget.limits.file
    if objects[object_id].size > most:
        raise Unreadable(f"it is larger than {most >> 20} MB")
    return Blob(object_id, objects.read(object_id, "blob"))

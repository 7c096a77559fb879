"""What a git server may send at most, and packs that are made to harm."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from support.git_objects import TREE, Repository, entry, pack_of
from support.git_projects import read, source
from support.git_server import GitServer

from sdlc_lens.errors import Unreadable, UnusableWorkspace
from sdlc_lens.remote_errors import CorruptAnswer, RepositoryTooLarge
from sdlc_lens.sources.git import pack
from sdlc_lens.sources.git.limits import Budget, Limits
from sdlc_lens.sources.git.objects import Objects
from sdlc_lens.sources.git.pack import unpack
from sdlc_lens.sources.git.repository import Policy

BASE = b"A line of the base.\n" * 10


def limited(policy: Policy, **most: int) -> Policy:
    return replace(policy, limits=replace(policy.limits, **most))


@pytest.mark.parametrize(
    ("most", "setting"),
    [
        ({"received": 500}, "SDLC_LENS_GIT_MAX_RECEIVED_MB"),
        ({"unpacked": 400}, "SDLC_LENS_GIT_MAX_UNPACKED_MB"),
        ({"objects": 6}, "SDLC_LENS_GIT_MAX_FILES"),
    ],
)
def test_too_large(most: dict[str, int], setting: str, server: GitServer, policy: Policy) -> None:
    with pytest.raises(RepositoryTooLarge, match=setting):
        read(server.url, limited(policy, **most))


def test_large_document_is_left_out_alone(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    repository.commit({"sdlc-studio/a.md": "x" * 2**20, "sdlc-studio/b.md": "x" * (2**20 + 1)})
    snapshot = read(server.url, limited(policy, file=2**20))
    assert len(source(snapshot, "a.md")) == 2**20
    with pytest.raises(Unreadable, match="larger than 1 MB"):
        snapshot.read("b.md")


def test_trees_that_stand_for_any_number_of_files(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    tree = repository.add("tree", entry("a.md", "100644", repository.add("blob", b"# A\n")))
    for _ in range(20):
        tree = repository.add("tree", entry("a", TREE, tree) + entry("b", TREE, tree))
    root = repository.add("tree", entry("sdlc-studio", TREE, tree))
    commit = f"tree {root}\ncommitter Ada <a@example.org> 1 +0000\n\n"
    repository.refs["refs/heads/main"] = repository.add("commit", commit.encode())
    with pytest.raises(RepositoryTooLarge, match="SDLC_LENS_GIT_MAX_FILES"):
        read(server.url, limited(policy, objects=1000))


def test_tree_that_names_one_file_any_number_of_times(
    server: GitServer, policy: Policy, repository: Repository
) -> None:
    blob = repository.add("blob", b"# A\n")
    entries = (entry(f"{number:04}.md", "100644", blob) for number in range(1000))
    root = repository.add(
        "tree", entry("sdlc-studio", TREE, repository.add("tree", b"".join(entries)))
    )
    commit = f"tree {root}\ncommitter Ada <a@example.org> 1 +0000\n\n"
    repository.refs["refs/heads/main"] = repository.add("commit", commit.encode())
    with pytest.raises(RepositoryTooLarge, match="SDLC_LENS_GIT_MAX_FILES"):
        read(server.url, limited(policy, objects=1000))


def test_full_disk_is_named(server: GitServer, policy: Policy, tmp_path: Path) -> None:
    with pytest.raises(UnusableWorkspace, match="Make room there"):
        read(server.url, replace(policy, folder=tmp_path / "gone"))


def test_folders_too_deep(server: GitServer, policy: Policy, repository: Repository) -> None:
    repository.commit({"sdlc-studio/" + "a/" * 70 + "b.md": "# B\n", "sdlc-studio/c.md": "# C\n"})
    snapshot = read(server.url, policy)
    assert list(snapshot.blobs) == ["c.md"]
    assert "64 folders deep" in next(iter(snapshot.unreadable.values()))


def number(value: int) -> bytes:
    """A size in a delta."""
    head = b""
    while value > 0x7F:
        head, value = head + bytes([value & 0x7F | 0x80]), value >> 7
    return head + bytes([value])


def unpacked(folder: Path, delta: bytes, *, kind: int = 6, prefix: bytes | None = None) -> Objects:
    """What a pack gives that has BASE, and then a delta against it."""
    objects = Objects(folder, "sha1", Budget(Limits(unpacked=10_000)))
    ofs = bytes([12]) if prefix is None else prefix
    first = len(pack_of([(3, len(BASE), BASE)])) - 12 - 20
    ofs = bytes([first]) if prefix is None else prefix
    entries = [(3, len(BASE), BASE), (kind, len(delta), delta)]
    unpack(iter([pack_of(entries, {1: ofs})]), objects)
    return objects


HEAD = number(len(BASE))
COPY_ALL = bytes([0x90, len(BASE)])
"""Copies the whole base."""


@pytest.mark.parametrize("whole", [0, 2**20])
def test_delta(whole: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack, "_MOST_WHOLE_BYTES", whole)
    result = b"A line" + b"new" + BASE
    delta = HEAD + number(len(result)) + bytes([0x90, 6, 3]) + b"new" + COPY_ALL
    objects = unpacked(tmp_path, delta)
    (found,) = [name for name in objects if objects.read(name, "blob") == result]
    assert found


def test_delta_of_a_large_base_further_away(tmp_path: Path) -> None:
    base = bytes(range(256)) * 300
    between = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(256))
    delta = number(len(base)) + number(0x10000) + bytes([0x80])
    entries = [(3, len(base), base), (3, len(between), between), (6, len(delta), delta)]
    away = len(pack_of(entries[:2])) - 12 - 20
    assert away > 0x80 + 0x7F
    offset = bytes([(away >> 7) - 1 | 0x80, away & 0x7F])
    objects = Objects(tmp_path, "sha1", Budget(Limits()))
    unpack(iter([pack_of(entries, {2: offset})]), objects)
    assert base[:0x10000] in [objects.read(name, "blob") for name in objects]


def test_delta_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    delta = HEAD + number(len(BASE)) + COPY_ALL
    monkeypatch.setattr(pack, "_MOST_DELTA_BYTES", len(delta) - 1)
    with pytest.raises(CorruptAnswer):
        unpacked(tmp_path, delta)


def test_object_of_another_kind(tmp_path: Path) -> None:
    objects = Objects(tmp_path, "sha1", Budget(Limits()))
    objects.keep(BASE)
    (name,) = objects
    assert objects.read(name, "blob") == BASE
    with pytest.raises(CorruptAnswer, match="is not a tree"):
        objects.read(name, "tree")


@pytest.mark.parametrize(
    ("delta", "error"),
    [
        (HEAD + number(len(BASE) - 1) + COPY_ALL, CorruptAnswer),
        (HEAD + number(len(BASE) + 1) + COPY_ALL, CorruptAnswer),
        (HEAD + number(9000) + COPY_ALL * 9, CorruptAnswer),
        (HEAD + number(2**40) + COPY_ALL, RepositoryTooLarge),
        (HEAD + number(len(BASE)) + COPY_ALL * 1000, CorruptAnswer),
        (number(5) + number(len(BASE)) + COPY_ALL, CorruptAnswer),
        (HEAD + number(9) + bytes([0x91, 250, 9]), CorruptAnswer),
        (HEAD + number(9) + bytes([9]) + b"short", CorruptAnswer),
        (HEAD + number(0) + b"\0", CorruptAnswer),
        (HEAD + number(9) + bytes([0xFF, 1]), CorruptAnswer),
        (b"\xff" * 20, CorruptAnswer),
        (b"", CorruptAnswer),
    ],
)
def test_delta_that_is_corrupt(delta: bytes, error: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(error):
        unpacked(tmp_path, delta)


@pytest.mark.parametrize(
    ("kind", "prefix"), [(6, b"\1"), (6, b"\x7f"), (6, b"\xff" * 20), (7, b"\0" * 20), (5, b"")]
)
def test_delta_without_a_base(kind: int, prefix: bytes, tmp_path: Path) -> None:
    with pytest.raises(CorruptAnswer):
        unpacked(tmp_path, HEAD + number(len(BASE)) + COPY_ALL, kind=kind, prefix=prefix)


@pytest.mark.parametrize("claimed", [5, 9001, 20_000])
def test_object_of_another_size_than_it_claims(claimed: int, tmp_path: Path) -> None:
    objects = Objects(tmp_path, "sha1", Budget(Limits(unpacked=10_000)))
    with pytest.raises((CorruptAnswer, RepositoryTooLarge)):
        unpack(iter([pack_of([(3, claimed, b"x" * 9000)])]), objects)


def test_pack_in_pieces_of_any_size(tmp_path: Path) -> None:
    whole = pack_of([(3, len(BASE), BASE), (3, 3, b"new"), (3, 0, b"")])
    for size in (1, 2, 7, 100):
        objects = Objects(tmp_path, "sha1", Budget(Limits()))
        unpack((whole[at : at + size] for at in range(0, len(whole), size)), objects)
        assert sorted(objects.read(name, "blob") for name in objects) == [b"", BASE, b"new"]

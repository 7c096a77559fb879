"""A folder as a source: exactly its documents, no link followed, unreadable is not absent."""

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.nobody import BECOME_NOBODY, open_folder
from support.workspaces import SAMPLE, write_workspace

from sdlc_lens.errors import NoPermission, PathNotFound, Unreadable
from sdlc_lens.sources import folder, walk
from sdlc_lens.sources.folder import locate, read_folder
from sdlc_lens.sources.snapshot import blob

__all__ = ["open_folder"]


def paths(root: Path) -> list[str]:
    return sorted(read_folder(str(root), Path("/")).blobs)


def test_file_set(tmp_path: Path) -> None:
    kept = ["prd.md", "A.MD", "stories/US0001-x.md", "stories/archive/2025/US0002.md", ".hidden.md"]
    left_out = [
        "stories/_index.md",
        "notes.txt",
        ".local/secret.md",
        "stories/.git/x.md",
        "node_modules/a/readme.md",
        "__pycache__/a.md",
        "dist/a.md",
        "build/a.md",
        ".venv/a.md",
    ]
    root = write_workspace(tmp_path / "work", dict.fromkeys(kept + left_out, "# T"))
    assert paths(root) == sorted(kept)


def test_links_are_never_followed(tmp_path: Path) -> None:
    outside = write_workspace(tmp_path / "outside", {"secret.md": "# Secret", "deep/s.md": "# S"})
    root = write_workspace(tmp_path / "work", {"a.md": "# A"})
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "linked").symlink_to(outside)
    (root / "circle").symlink_to(root)
    assert paths(root) == ["a.md"]


def test_only_regular_files(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "work", {"a.md": "# A"})
    os.mkfifo(root / "pipe.md")
    (root / "folder.md").mkdir()
    assert paths(root) == ["a.md"]


def test_entry_that_cannot_be_looked_at_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_workspace(tmp_path / "work", {"a.md": "# A", "bad.md": "# B", "c/d.md": "# D"})
    scandir = os.scandir

    @contextmanager
    def listed(descriptor: int) -> Iterator[list[object]]:
        with scandir(descriptor) as entries:
            yield [Bad() if entry.name == "bad.md" else entry for entry in entries]

    class Bad:
        name = "bad.md"

        def is_dir(self, follow_symlinks: bool) -> bool:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "scandir", listed)
    snapshot = read_folder(str(root), Path("/"))
    assert list(snapshot.blobs) == ["a.md", "c/d.md"]
    assert snapshot.unreadable == {"bad.md": "Input/output error"}


def test_blob_ids_are_gits(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "work", {"a.md": "tide\n"})
    snapshot = read_folder(str(root), Path("/"))
    git_id = hashlib.sha1(b"blob 5\0tide\n").hexdigest()
    assert snapshot.blobs == {"a.md": git_id}
    assert snapshot.read("a.md") == (git_id, b"tide\n")


def test_names_that_are_not_utf8_can_be_stored(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "work", {"a.md": "# A"})
    (root / os.fsdecode(b"caf\xe9.md")).write_text("# B")
    assert paths(root) == ["a.md", "caf\\xe9.md"]


def test_large_file_is_named_but_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_DOCUMENT_BYTES", 1 << 20)
    root = write_workspace(tmp_path / "work", {"a.md": "# A", "huge.md": "x" * ((1 << 20) + 1)})
    snapshot = read_folder(str(root), Path("/"))
    assert list(snapshot.blobs) == ["a.md"]
    assert snapshot.unreadable == {"huge.md": "it is larger than 1 MB"}
    monkeypatch.setattr(folder, "MOST_KEPT_BYTES", 0)
    snapshot = read_folder(str(root), Path("/"))
    (root / "a.md").write_bytes((root / "huge.md").read_bytes())
    with pytest.raises(Unreadable, match="it is larger than 1 MB"):
        snapshot.read("a.md")


def test_document_that_is_not_kept_is_read_when_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "MOST_KEPT_BYTES", 0)
    root = write_workspace(tmp_path / "work", {"stories/deep/US0001.md": "# Listed"})
    outside = write_workspace(tmp_path / "outside", {"US0001.md": "# Secret"})
    snapshot = read_folder(str(root), Path("/"))
    (path,) = snapshot.blobs
    (root / path).write_text("# Read")
    assert snapshot.read(path) == blob(b"# Read")
    (root / path).unlink()
    assert snapshot.read(path) is None
    (root / "stories/deep").rmdir()
    (root / "stories/deep").symlink_to(outside)
    with pytest.raises(Unreadable):
        snapshot.read(path)


def test_new_documents_are_kept_as_far_as_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.md": "# Known", "b.md": "# Large" + "x" * 100, "c.md": "# Small"}
    root = write_workspace(tmp_path / "work", files)
    monkeypatch.setattr(folder, "MOST_KEPT_BYTES", 50)
    snapshot = read_folder(str(root), Path("/"), {blob(b"# Known").id})
    for path in files:
        (root / path).write_text("# Later")
    read = {path: snapshot.read(path) for path in files}
    assert read == {"a.md": blob(b"# Later"), "b.md": blob(b"# Later"), "c.md": blob(b"# Small")}


def test_own_settings_of_a_workspace() -> None:
    snapshot = read_folder(str(SAMPLE), Path("/"))
    assert snapshot.settings["schema_version"] == 3
    assert not snapshot.warnings


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: [", "not valid YAML, line 1"),
        ("- a list", "not a mapping"),
        ("a: &x 1\nb: *x", "aliases"),
        ("x: " + "y" * 65536, "larger than 64 KB"),
        ("[" * 60_000, "nested too deeply"),
        ("- " * 30_000, "nested too deeply"),
        ("!!python/object/apply:os.getcwd []", "not valid YAML, line 1"),
        ("a: 2026-99-99", ""),
        ("a: !!bool maybe", "not valid YAML"),
        ("a: 1" + ":0" * 300 + ".5", "not valid YAML"),
        ("a: !!timestamp x", "not valid YAML"),
        ("a: !!int ''", "not valid YAML"),
    ],
)
def test_broken_settings_are_a_warning(content: str, reason: str, tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "work", {".config.yaml": content, ".version": "profile: x"})
    snapshot = read_folder(str(root), Path("/"))
    assert snapshot.settings == {}
    assert snapshot.version == {"profile": "x"}
    (warning,) = snapshot.warnings
    assert warning.startswith(".config.yaml was not used: ")
    assert reason in warning


@pytest.mark.parametrize(
    ("files", "profile"),
    [
        ({}, None),
        ({".version.yaml": "profile: yaml"}, "yaml"),
        ({".version": "profile: plain", ".version.yaml": "profile: yaml"}, "plain"),
    ],
)
def test_version_file_has_two_names(
    files: dict[str, str], profile: str | None, tmp_path: Path
) -> None:
    snapshot = read_folder(str(write_workspace(tmp_path / "work", files)), Path("/"))
    assert (snapshot.version.get("profile"), snapshot.warnings) == (profile, ())


def test_locate_refuses_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for path in (str(file), str(tmp_path / "missing"), "\0", "/" + "x" * 5000, "/x" * 3000):
        with pytest.raises(PathNotFound) as raised:
            locate(path, Path("/"))
        assert len(str(raised.value)) < 400


def test_locate_refuses_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_workspace(tmp_path / "work", {"a.md": "# A"})
    monkeypatch.chdir(tmp_path)
    for path in ("work", "./work", "../" + tmp_path.name + "/work", ".", "~"):
        with pytest.raises(PathNotFound, match="is a relative path"):
            locate(path, Path("/"))


def test_locate_stays_below_the_base(tmp_path: Path) -> None:
    base = write_workspace(tmp_path / "base", {"inside/a.md": ""})
    outside = write_workspace(tmp_path / "outside", {"a.md": ""})
    (base / "out").symlink_to(outside)
    (base / "in").symlink_to(base / "inside")
    assert locate(f"{base}/in", base) == base / "inside"
    assert locate(str(base), base) == base
    for path in (f"{base}/out", f"{base}/../outside", str(outside), f"{base}-else/.."):
        with pytest.raises(PathNotFound):
            locate(path, base)
    with pytest.raises(PathNotFound, match="SDLC_LENS_ALLOWED_PROJECT_BASE") as there:
        locate(str(outside), base)
    with pytest.raises(PathNotFound) as nowhere:
        locate(f"{outside}-nowhere", base)
    assert str(nowhere.value) == str(there.value).replace("outside'", "outside-nowhere'")
    (tmp_path / "alias").symlink_to(base)
    assert locate(f"{base}/inside", tmp_path / "alias") == base / "inside"


AS_NOBODY = f"""
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sdlc_lens.sources.folder import read_folder
{BECOME_NOBODY}
try:
    snapshot = read_folder(sys.argv[1], Path("/"))
    found = [path for path in snapshot.blobs if snapshot.read(path)]
    print(found, *sorted(snapshot.unreadable.items()), sep="|")
except Exception as error:
    print(type(error).__name__, error, sep="|")
"""


def as_nobody(root: Path) -> list[str]:
    ended = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(root)],
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    return ended.stdout.rstrip("\n").split("|")


@pytest.fixture
def open_workspace(open_folder: Path) -> Path:
    files = dict.fromkeys(["a.md", "shut.md", "shut/b.md", "stories/US0001.md"], "# T")
    return write_workspace(open_folder / "work", files)


def test_unreadable_is_distinguished_from_absent(open_workspace: Path) -> None:
    (open_workspace / "shut.md").chmod(0)
    (open_workspace / "shut").chmod(0)
    found, *unreadable = as_nobody(open_workspace)
    assert found == "['a.md', 'stories/US0001.md']"
    assert [text.split("'")[1] for text in unreadable] == ["shut", "shut.md"]
    assert all("read access" in text or "chmod -R u+rX" in text for text in unreadable)
    (open_workspace / "shut").chmod(0o755)


def test_unreadable_workspace_names_owner_and_fix(open_workspace: Path) -> None:
    open_workspace.chmod(0o700 if os.geteuid() == 0 else 0)
    name, line = as_nobody(open_workspace)
    open_workspace.chmod(0o755)
    assert name == NoPermission.__name__
    assert f"cannot read {open_workspace}: it belongs to {os.geteuid()}:" in line
    assert ("read access" if os.geteuid() == 0 else f"`chmod -R u+rX {open_workspace}`") in line


def test_settings_that_are_a_folder_are_a_warning(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "work", {".config.yaml/prd.md": "# PRD"})
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        (warning, *_) = read_folder(str(root), tmp_path).warnings
        assert warning == ".config.yaml was not used: it is not a regular file"
    assert len(list(Path("/proc/self/fd").iterdir())) == before

"""`python3 -m sdlc_lens add` and `list`: projects from the command line."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from support.git_projects import repository, server
from support.git_server import GitServer
from support.processes import environment
from support.workspaces import write_workspace

from sdlc_lens.__main__ import main
from sdlc_lens.db.database import Database
from sdlc_lens.db.locks import LeaseLocks
from sdlc_lens.queries.leases import take_lease

__all__ = ["repository", "server"]

SYNCED = "synced: 1 added, 0 changed, 0 unchanged, 0 removed, 0 not read"


@pytest.fixture
def folder(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A workspace below the base that the commands allow."""
    base = tmp_path / "projects"
    for name, value in environment(migrated, ALLOWED_PROJECT_BASE=base).items():
        monkeypatch.setenv(name, value)
    return str(write_workspace(base / "tide", {"prd.md": "# What for"}))


def test_add_reads_the_workspace(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "Tide Gauge", folder]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (f"tide-gauge: {SYNCED}\n", "")


def test_add_again_only_syncs(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "Tide", folder]) == 0
    assert main(["add", "Another name", folder]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("tide: synced: 0 added")
    assert main(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_add_waits_for_a_sync_under_way(
    folder: str, migrated: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["add", "Tide", folder]) == 0
    locks, lease = LeaseLocks(migrated), uuid4().hex
    locks.hold(lease)

    async def take() -> None:
        database = Database(migrated)
        async with database.write() as session:
            assert await take_lease(session, "tide", lease, locks.is_held)
        await database.close()

    async def end(_seconds: float) -> None:
        locks.release(lease)

    asyncio.run(take())
    monkeypatch.setattr("sdlc_lens.commands.sync.asyncio.sleep", end)
    assert main(["add", "Tide", folder]) == 0
    assert "tide: synced: 0 added" in capsys.readouterr().out
    locks.close()


@pytest.mark.parametrize(
    ("name", "path", "reason"),
    [("!!!", "{}", "no letter"), ("Tide", "/etc", "outside"), ("Tide", "{}/x", "does not exist")],
)
def test_add_refuses(
    folder: str, capsys: pytest.CaptureFixture[str], name: str, path: str, reason: str
) -> None:
    assert main(["add", name, path.format(folder)]) == 1
    printed = capsys.readouterr()
    assert reason in printed.err
    assert not printed.out


def test_add_refuses_a_slug_that_is_taken(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["add", "Tide", folder]) == 0
    other = write_workspace(Path(folder).parent / "other", {"prd.md": "# What for"})
    assert main(["add", "tide!", str(other)]) == 1
    assert "exists already" in capsys.readouterr().err


def test_list(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    printed = capsys.readouterr()
    assert not printed.out
    assert "add NAME FOLDER" in printed.err
    assert main(["add", "Tide Gauge", folder]) == 0
    capsys.readouterr()
    assert main(["list"]) == 0
    slug, state, documents, _, path, name = capsys.readouterr().out.rstrip("\n").split("\t")
    assert (slug, state, documents) == ("tide-gauge", "synced", "1")
    assert (path, name) == (folder, "Tide Gauge")


def test_add_reads_a_repository(
    folder: str,
    server: GitServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SDLC_LENS_GIT_HOSTS", server.url)
    address = f"{server.url}/o/harbour"
    assert main(["add", f"{address}@main:sdlc-studio"]) == 0
    assert capsys.readouterr().out.startswith("harbour: synced: 2 added")
    assert main(["add", "Another name", f"{address}/tree/main/sdlc-studio"]) == 0
    assert capsys.readouterr().out.startswith("harbour: synced: 0 added")
    assert main(["add", "Quay", f"{address}:docs"]) == 1
    printed = capsys.readouterr()
    assert "quay: error: " in printed.out
    assert "'docs'" in printed.out


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://git.example/o/r", "GIT_HOSTS"),
        ("o/r@a b", "Branch or tag: 'a b'"),
        ("github.com/o/r/issues", "another page of https://github.com/o/r."),
    ],
)
def test_add_refuses_a_repository(
    folder: str, capsys: pytest.CaptureFixture[str], address: str, reason: str
) -> None:
    assert main(["add", address]) == 1
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["add"], ["add", "Tide"], ["list", "all"]])
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert f"usage: python3 -m sdlc_lens {arguments[0]}" in capsys.readouterr().err

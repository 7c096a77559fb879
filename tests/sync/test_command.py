"""`python3 -m sdlc_lens sync`: registered projects, once."""

import asyncio
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from support.processes import environment
from support.workspaces import write_workspace

from sdlc_lens.__main__ import main
from sdlc_lens.db.database import Database
from sdlc_lens.db.locks import LeaseLocks
from sdlc_lens.queries.leases import take_lease
from sdlc_lens.queries.projects import add_project

ONE = "synced: 2 added, 0 changed, 0 unchanged, 0 removed, 0 not read"
SAME = "synced: 0 added, 0 changed, 2 unchanged, 0 removed, 0 not read"


@pytest.fixture
def base(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the workspaces of two registered projects."""
    base = tmp_path / "projects"
    for name, value in environment(migrated, ALLOWED_PROJECT_BASE=base).items():
        monkeypatch.setenv(name, value)
    for name in ("harbour", "tide"):
        write_workspace(base / name, {"prd.md": "# What for", "trd.md": "# How"})
        asyncio.run(register(migrated, name, base / name))
    return base


async def register(path: Path, slug: str, folder: Path) -> None:
    database = Database(path)
    async with database.write() as session:
        await add_project(session, slug, slug, str(folder))
    await database.close()


async def take(path: Path, slug: str, locks: LeaseLocks) -> None:
    """Let another process sync the project."""
    database, lease = Database(path), uuid4().hex
    locks.hold(lease)
    async with database.write() as session:
        assert await take_lease(session, slug, lease, locks.is_held)
    await database.close()


def test_one(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "tide"]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (f"tide: {ONE}\n", "")


def test_all(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "tide"]) == 0
    capsys.readouterr()
    assert main(["sync", "--all"]) == 0
    assert capsys.readouterr().out == f"harbour: {ONE}\ntide: {SAME}\n"


def test_failing_project_is_reported_and_the_others_are_synced(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(base / "harbour")
    assert main(["sync", "--all"]) == 1
    failed, well = capsys.readouterr().out.splitlines()
    assert failed.startswith("harbour: error: folder")
    assert well == f"tide: {ONE}"


def test_removal_of_most_documents_waits_for_confirmation(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_workspace(base / "tide", {f"bugs/BG{number:04}.md": "# Bug" for number in range(40)})
    assert main(["sync", "tide"]) == 0
    shutil.rmtree(base / "tide" / "bugs")
    assert main(["sync", "tide"]) == 1
    printed = capsys.readouterr()
    assert "tide: held_back: 40 stored documents are gone" in printed.out
    assert "sync --confirm tide`" in printed.out
    assert "?confirm" not in printed.out + printed.err
    assert printed.err.count("gone\n") == 40
    assert "'bugs/BG0000.md': gone" in printed.err
    assert main(["sync", "--confirm", "tide"]) == 0
    assert "40 removed" in capsys.readouterr().out


def test_project_that_is_being_synced(
    base: Path, migrated: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locks = LeaseLocks(migrated)
    asyncio.run(take(migrated, "tide", locks))
    assert main(["sync", "--all"]) == 1
    printed = capsys.readouterr()
    assert printed.out == f"harbour: {ONE}\n"
    assert "'tide' is being synced already" in printed.err
    locks.close()


def test_unknown_project(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync", "nowhere"]) == 1
    assert capsys.readouterr().err == "sdlc-lens: project 'nowhere' does not exist\n"


def test_no_database(base: Path, migrated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    migrated.unlink()
    assert main(["sync", "--all"]) == 65
    line = capsys.readouterr().err
    assert f"{migrated}: the database cannot be read" in line
    assert "sdlc_lens migrate" in line
    assert not migrated.exists()


@pytest.mark.parametrize("arguments", [[], ["tide", "--all"], ["--every"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sync", *arguments])
    assert ended.value.code == 2
    assert "usage: python3 -m sdlc_lens sync" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sync", "--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    for part in ("SLUG", "--all", "--confirm", "docker compose exec", "65"):
        assert part in printed

"""`python3 -m sdlc_lens rotate-keys`."""

import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import pytest
from support.processes import environment

from sdlc_lens.__main__ import main
from sdlc_lens.sealing import KEY_BYTES, Keys

FORMER, NEW, LOST = (letter * KEY_BYTES for letter in (b"f", b"n", b"l"))
TOKEN = "ghp_QuaysideLanternOf1887wick"
PROJECT = (
    "INSERT INTO projects (slug, name, source_type, sealed_token, created_at)"
    " VALUES (?, '', 'git', ?, '')"
)
CONNECTION = "INSERT INTO connections VALUES (NULL, ?, '', ?, '', '', '')"


@pytest.fixture
def database(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with tokens of the former key, the new one, and without one."""
    with closing(sqlite3.connect(migrated)) as connection, connection:
        connection.execute(PROJECT, ("quay", Keys([FORMER]).seal(TOKEN)))
        connection.execute(PROJECT, ("berth", Keys([NEW]).seal(TOKEN)))
        connection.execute(PROJECT, ("open", None))
        connection.execute(CONNECTION, ("Crane", Keys([FORMER]).seal(TOKEN)))
    use(migrated, monkeypatch, NEW, FORMER)
    return migrated


def use(database: Path, monkeypatch: pytest.MonkeyPatch, *keys: bytes) -> None:
    given = ",".join(b64encode(key).decode() for key in keys)
    for name, value in environment(database, TOKEN_ENCRYPTION_KEY=given).items():
        monkeypatch.setenv(name, value)


def sealed(database: Path) -> list[str]:
    query = "SELECT sealed_token FROM projects UNION ALL SELECT sealed_token FROM connections"
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute(query) if row[0]]


def test_every_token_is_sealed_with_the_first_key(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rotate-keys"]) == 0
    assert capsys.readouterr().out == "2 sealed with the first key, 1 were already\n"
    found = sealed(database)
    assert [Keys([NEW]).open(token) for token in found] == [TOKEN] * 3
    assert main(["rotate-keys"]) == 0
    assert capsys.readouterr().out == "0 sealed with the first key, 3 were already\n"
    assert sealed(database) == found


def test_token_that_no_key_opens_stays_and_is_named(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sealed(database)
    use(database, monkeypatch, LOST, NEW)
    assert main(["rotate-keys"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "1 sealed with the first key, 0 were already\n"
    assert "project 'quay'" in printed.err
    assert "connection 'Crane'" in printed.err
    after = sealed(database)
    assert [before[0], before[2]] == [after[0], after[2]]
    assert Keys([LOST]).open(after[1]) == TOKEN


def test_keys_that_are_missing_or_malformed(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sealed(database)
    for value in ("", "lantern"):
        monkeypatch.setenv("SDLC_LENS_TOKEN_ENCRYPTION_KEY", value)
        assert main(["rotate-keys"]) == 78
        assert capsys.readouterr().err.startswith("sdlc-lens: SDLC_LENS_TOKEN_ENCRYPTION_KEY is ")
    assert sealed(database) == before

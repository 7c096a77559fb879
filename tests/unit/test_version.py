"""The version: the image's, or the installed package's."""

from importlib import metadata
from pathlib import Path

import pytest
from support.processes import environment, run

from sdlc_lens.version import VARIABLE, version

RELEASE = "1.2.3-4-g0123456789ab"


def test_version_of_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, RELEASE)
    assert version() == RELEASE


@pytest.mark.parametrize("value", [None, ""])
def test_version_of_the_installed_package(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    monkeypatch.setattr(metadata, "version", {"sdlc-lens": "2.0"}.__getitem__)
    assert version() == "2.0"


def test_version_of_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(metadata, "version", missing)
    assert version() == "0+unknown"


def test_version_is_printed(tmp_path: Path) -> None:
    ended = run("--version", env=environment(tmp_path / "none.db", VERSION=RELEASE))
    assert (ended.returncode, ended.stdout) == (0, f"sdlc-lens {RELEASE}\n")


def test_version_variable_is_not_an_unknown_setting(tmp_path: Path) -> None:
    ended = run("migrate", env=environment(tmp_path / "lens.db", VERSION=RELEASE))
    assert ended.returncode == 0
    assert VARIABLE not in ended.stdout

"""The README's table of settings equals the settings."""

import re
from pathlib import Path

import pytest

from sdlc_lens.settings import PREFIX, Settings

README = Path(__file__).parents[2] / "README.md"
ROW = rf"^\| `{PREFIX}(\w+)` \|(?: `(.*)`)? \| (.*) \|$"
TABLE = README.read_text().partition("| Setting |")[2].partition("\n\n")[0]
ROWS = re.findall(ROW, TABLE, re.MULTILINE)


def test_names_and_descriptions_of_settings() -> None:
    wanted = [
        (name.upper(), str(field.default) != "", field.description)
        for name, field in Settings.model_fields.items()
    ]
    rows = [(name, value != "", description) for name, value, description in ROWS]
    assert sorted(rows) == sorted(wanted)


def test_defaults_of_settings_in_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """tests/build compares them with those that the Dockerfile sets."""
    for name, _, _ in ROWS:
        monkeypatch.delenv(PREFIX + name, raising=False)
    monkeypatch.chdir("/")  # as in the image: there, both forms of the database's path are the same
    default = Settings()
    for name, value, _ in ROWS:
        monkeypatch.setenv(PREFIX + name, value)
    shown = Settings()
    assert shown.database_path == default.database_path
    others = {"database_url"}
    assert shown.model_dump(exclude=others) == default.model_dump(exclude=others)

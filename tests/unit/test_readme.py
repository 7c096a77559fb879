"""The README's table of settings equals the settings."""

import re
from pathlib import Path

from sdlc_lens.settings import PREFIX, Settings

README = Path(__file__).parents[2] / "README.md"


def test_the_settings_are_those_that_there_are() -> None:
    row = rf"^\| `{PREFIX}(\w+)` \|(?: `(.*)`)? \| (.*) \|$"
    table = README.read_text().partition("| Setting |")[2].partition("\n\n")[0]
    rows = re.findall(row, table, re.MULTILINE)
    wanted = [
        (name.upper(), str(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]
    assert rows == wanted

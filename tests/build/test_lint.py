"""`bake lint` fails when formatting, a rule or a type is wrong, and says where."""

from pathlib import Path

import pytest
from engine import bake

WRONG = {
    "format": ("number = {'a':1}\n", "would be reformatted"),
    "rule": ('"""Wrong."""\n\nimport os\n', "F401"),
    "type": ('"""Wrong."""\n\nnumber: int = "one"\n', "Incompatible types in assignment"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named(checkout: Path, wrong: str) -> None:
    text, message = WRONG[wrong]
    (checkout / "tests" / "wrong.py").write_text(text)
    done = bake("lint", folder=checkout)
    assert done.returncode != 0
    assert message in done.stderr
    assert "tests/wrong.py" in done.stderr

"""One small test in place of a checkout's own: what the build makes of it is seen fast."""

import shutil
from pathlib import Path

PASSING = "import sdlc_lens\n\n\ndef test_small() -> None:\n    assert sdlc_lens.__doc__\n"
FAILING = PASSING + "    assert 'the cause' == 'not this'\n"


def replace_tests(checkout: Path, text: str) -> None:
    """Make one test the whole suite."""
    shutil.rmtree(checkout / "tests")
    (checkout / "tests" / "unit").mkdir(parents=True)
    (checkout / "tests" / "unit" / "test_small.py").write_text(text)

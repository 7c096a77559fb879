"""Processes without privileges: the tests in the build run as root, who can read everything."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
BECOME_NOBODY = f"""
import os
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user id may look into: pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder

"""Workspaces for tests: the sample, a real one where there is one, and small ones made here."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "sample" / "sdlc-studio"
BESIDE_THE_PROJECT = Path(__file__).parents[3] / "shared" / "corpus"
CORPUS = Path(os.environ.get("SDLC_LENS_CORPUS") or BESIDE_THE_PROJECT) / "lens"
"""A real workspace; tests that need it are skipped where it is absent."""


def write_workspace(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """A folder with these files, by path."""
    root.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def add_line(path: Path) -> None:
    """Add a line to a file, another one each time."""
    with path.open("a") as file:
        file.write(f"# One line more, {time.time_ns()}.\n")

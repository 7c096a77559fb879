"""Workspaces for tests: the sample, and small ones written on the spot."""

from collections.abc import Mapping
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "sample" / "sdlc-studio"


def write_workspace(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """A folder with these files, by path."""
    root.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root

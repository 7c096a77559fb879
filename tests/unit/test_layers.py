"""A module imports from lower levels only."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sdlc_lens

ROOT = Path(sdlc_lens.__file__).parent
LEVELS = {
    "__init__": 0,
    "address": 0,
    "clock": 0,
    "errors": 0,
    "logs": 0,
    "permissions": 0,
    "settings": 0,
    "version": 0,
    "domain": 1,
    "sources": 2,
    "db": 2,
    "sync": 3,
    "api": 4,
    "main": 5,
    "commands": 6,
    "__main__": 7,
}
MODULES = sorted(
    path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] != "alembic"
)


def imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def beneath(part: str) -> list[str]:
    """What PART may import: lower levels, and on the lowest one its neighbours."""
    return [other for other, level in LEVELS.items() if level < max(LEVELS[part], 1)]


def place(name: str) -> str:
    """The part of the service that a dotted name or a file's path begins with."""
    return name.split(".")[1] if name.split(".")[1] in LEVELS else "__init__"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_downwards(module: Path) -> None:
    own = module.relative_to(ROOT).parts[0].removesuffix(".py")
    assert own in LEVELS, "a new part of the service needs its level here"
    for name in imports(module):
        if name.startswith("sdlc_lens"):
            other = place(name)
            assert other in (own, *beneath(own)), name


def test_domain_needs_the_standard_library_only() -> None:
    for module in ROOT.glob("domain/**/*.py"):
        for name in imports(module):
            first = name.partition(".")[0]
            assert name.startswith("sdlc_lens.domain") or first in sys.stdlib_module_names, name


def test_sources_and_database_do_not_know_each_other() -> None:
    for part, other in (("sources", "db"), ("db", "sources")):
        for module in ROOT.glob(f"{part}/*.py"):
            assert not any(name.startswith(f"sdlc_lens.{other}") for name in imports(module))

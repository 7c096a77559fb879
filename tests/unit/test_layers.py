"""A module imports from lower levels only, and imports form no circle."""

import ast
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import sdlc_lens

ROOT = Path(sdlc_lens.__file__).parent
LEVELS = {
    "__init__": 0,
    "address": 0,
    "clock": 0,
    "errors": 0,
    "logs": 0,
    "memory": 0,
    "permissions": 0,
    "remote_errors": 0,
    "remote_settings": 0,
    "sealing": 0,
    "secret_files": 0,
    "settings": 0,
    "slug": 0,
    "token_names": 0,
    "version": 0,
    "domain": 1,
    "sources": 2,
    "db": 2,
    "queries": 3,
    "sync": 4,
    "api": 5,
    "web": 5,
    "main": 6,
    "commands": 6,
    "__main__": 6,
}
FILES = {0, 6}  # the levels whose parts are single files, which may import each other
MODULES = {
    ".".join(("sdlc_lens", *path.relative_to(ROOT).with_suffix("").parts)): path
    for path in sorted(ROOT.rglob("*.py"))
    if path.relative_to(ROOT).parts[0] != "alembic"
}


@cache
def imports(module: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} imports relatively"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def beneath(part: str) -> set[str]:
    """What PART may import: itself, lower levels, and neighbours that are single files."""
    level = LEVELS[part]
    lower = {other for other in LEVELS if LEVELS[other] < level}
    neighbours = {other for other in LEVELS if LEVELS[other] == level in FILES}
    return {part} | lower | neighbours


def place(name: str) -> str:
    """The part of the service that a dotted name begins with."""
    return name.split(".")[1] if name.split(".")[1] in LEVELS else "__init__"


def test_imports_point_downwards() -> None:
    for name, path in MODULES.items():
        own = name.split(".")[1]
        assert own in LEVELS, "a new part of the service needs its level here"
        for imported in imports(path):
            if imported.startswith("sdlc_lens"):
                assert place(imported) in beneath(own), f"{name} imports {imported}"


def test_imports_form_no_circle() -> None:
    graph = {
        name: {
            found
            for imported in imports(path)
            for found in (imported, imported.rpartition(".")[0])
            if found in MODULES
        }
        for name, path in MODULES.items()
    }
    assert list(TopologicalSorter(graph).static_order())


def test_domain_imports_the_standard_library_only() -> None:
    for module in ROOT.glob("domain/**/*.py"):
        for name in imports(module):
            first = name.partition(".")[0]
            assert name.startswith("sdlc_lens.domain") or first in sys.stdlib_module_names, name

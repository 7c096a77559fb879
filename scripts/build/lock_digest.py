"""Checks that the locks are as `docker buildx bake lock` wrote them from backend/pyproject.toml.

The first line of each lock holds a digest of the dependencies that it was resolved from and of the
lines below it. No package index is asked.
"""

import json
import sys
import tomllib
from hashlib import sha256
from pathlib import Path

USAGE = """\
Usage: lock_digest.py write|check PYPROJECT LOCKS

write puts the first line above each lock in the folder LOCKS; check names the locks that are
missing, superfluous, edited by hand, or resolved from other dependencies than those of PYPROJECT.
"""
FIRST_LINE = "# Written by: docker buildx bake lock, from dependencies sha256:{}\n"


def dependencies(pyproject: Path) -> dict[str, object]:
    """The dependencies that each lock is resolved from, by the lock's file name."""
    content = tomllib.loads(pyproject.read_text())
    python, runtime = content["project"]["requires-python"], content["project"]["dependencies"]
    groups = content["dependency-groups"]
    inputs = {f"{name}.txt": [python, runtime, group] for name, group in groups.items()}
    return inputs | {"runtime.txt": [python, runtime], "build.txt": [python, groups["build"]]}


def first_line(inputs: object, lines: str) -> str:
    """The line above the lines of a lock."""
    return FIRST_LINE.format(sha256((json.dumps(inputs) + lines).encode()).hexdigest())


def faults(inputs: dict[str, object], locks: Path) -> list[str]:
    """The names of the locks that are not as they were written."""
    found = {lock.name: lock.read_text().partition("\n") for lock in locks.glob("*.txt")}
    good = {
        name
        for name, (first, end, lines) in found.items()
        if name in inputs and first + end == first_line(inputs[name], lines)
    }
    return sorted((found.keys() | inputs.keys()) - good)


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code."""
    match arguments:
        case ["write", pyproject, locks]:
            for name, inputs in dependencies(Path(pyproject)).items():
                lines = (lock := Path(locks, name)).read_text()
                lock.write_text(first_line(inputs, lines) + lines)
            return 0
        case ["check", pyproject, locks]:
            names = faults(dependencies(Path(pyproject)), Path(locks))
            for name in names:
                print(f"{locks}/{name} is not as bake lock wrote it", file=sys.stderr)
            if names:
                print("run docker buildx bake lock; remove a lock without a group", file=sys.stderr)
            return 1 if names else 0
        case ["--help"]:
            print(USAGE, end="")
            return 0
    print(USAGE, end="", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Tells whether the locks were made from the dependencies that backend/pyproject.toml names."""

import hashlib
import json
import sys
import tomllib
from pathlib import Path

USAGE = """\
Usage: lock_digest.py write|check PYPROJECT LOCKS

write puts a digest of what PYPROJECT asks for into the first line of every lock in the folder
LOCKS; check compares without asking a package index, and names the locks that are not in step.
"""
FIRST_LINE = "# Written by: docker buildx bake lock, from dependencies sha256:{}\n"


def first_lines(pyproject: Path) -> dict[str, str]:
    """The first line of every lock that there has to be, by the lock's name."""
    content = tomllib.loads(pyproject.read_text())
    python, runtime = content["project"]["requires-python"], content["project"]["dependencies"]
    groups = content["dependency-groups"]
    asked = {name: [python, runtime, group] for name, group in groups.items()}
    asked |= {"runtime": [python, runtime], "build": [python, groups["build"]]}
    return {
        f"{name}.txt": FIRST_LINE.format(hashlib.sha256(json.dumps(what).encode()).hexdigest())
        for name, what in asked.items()
    }


def write(lines: dict[str, str], locks: Path) -> None:
    """Put its line above every lock."""
    for name, line in lines.items():
        lock = locks / name
        lock.write_text(line + lock.read_text())


def out_of_step(lines: dict[str, str], locks: Path) -> list[str]:
    """The names of locks that are missing, of no use, or made from something else."""
    found = {lock.name: lock.read_text() for lock in locks.glob("*.txt")}
    return sorted(
        name
        for name in found | lines
        if name not in lines or not found.get(name, "").startswith(lines[name])
    )


def main(arguments: list[str]) -> int:
    """Do what the command line asks for; its result is the exit code."""
    match arguments:
        case ["write", pyproject, locks]:
            write(first_lines(Path(pyproject)), Path(locks))
            return 0
        case ["check", pyproject, locks]:
            stale = out_of_step(first_lines(Path(pyproject)), Path(locks))
            for name in stale:
                print(f"{locks}/{name} is not in step with {pyproject}", file=sys.stderr)
            if stale:
                print(
                    "write the locks anew: docker buildx bake lock; remove one that is of no group",
                    file=sys.stderr,
                )
            return 1 if stale else 0
        case ["--help"]:
            print(USAGE, end="")
            return 0
    print(USAGE, end="", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""README.md and scripts/README.md: their tables are true, and what they name exists."""

import re

from engine import ROOT
from engine.definitions import listed

FILES = [file for file in (ROOT / "README.md", ROOT / "scripts/README.md") if file.exists()]
TEXT = "\n\n".join(file.read_text() for file in FILES)


def table(heading: str) -> list[list[str]]:
    """The rows of the one table whose first column has a heading, without the marks around code."""
    (rows,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", TEXT, re.MULTILINE)
    return [
        [cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows.splitlines()
    ]


def test_the_targets_are_those_of_bake() -> None:
    targets = {name: target["description"] for name, target in listed("targets").items()}
    rows = dict(table("Target"))
    members = {member for described in targets.values() for member in described.split(", ")}
    assert rows == {name: targets[name] for name in targets if name in rows or name not in members}


def test_the_variables_are_those_of_bake() -> None:
    variables = listed("variables").values()
    wanted = [[one["name"], one["value"], one["description"]] for one in variables]
    assert sorted(table("Variable")) == sorted(wanted)


def test_the_variables_of_compose_are_those_of_its_file() -> None:
    taken = re.findall(r"\$\{(\w+):-([^}]*)\}", (ROOT / "compose.yaml").read_text())
    found = table("Variable of compose.yaml")
    assert sorted((name, default) for name, default, _ in found) == sorted(taken)


def test_everything_that_they_name_exists() -> None:
    folders = r"(?<![\w/])(?:scripts|tests|backend|[.]ci|[.]github)/[\w/.-]*\w"
    named = set(re.findall(rf"{folders}|(?<![\w.-])[\w-]+[.](?:yaml|hcl)\b", TEXT))
    assert {"scripts/up", "compose.yaml"} < named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_first_two_commands_start_and_test_it() -> None:
    commands = re.findall(r"^    (\S+)", FILES[0].read_text(), re.MULTILINE)
    assert commands[:2] == ["scripts/up", "scripts/test"]

"""The README says what is: its tables equal what bake lists, its commands are there."""

import json
import re

from engine import ROOT, bake

README = (ROOT / "README.md").read_text()


def table(heading: str) -> list[list[str]]:
    """The rows of the table that starts with a heading, without the marks around code."""
    lines = README.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def listed(kind: str) -> list[dict[str, str]]:
    """What ``bake --list`` knows of targets or variables."""
    return json.loads(bake(f"--list=type={kind},format=json", ALLOW_STANDIN="").stdout)  # type: ignore[no-any-return]


def test_the_targets_are_those_that_bake_lists() -> None:
    wanted = {target["name"]: target["description"] for target in listed("targets")}
    assert dict(table("Target")) == wanted


def test_the_variables_are_those_that_bake_lists() -> None:
    wanted = {
        variable["name"]: [variable.get("value") or "", variable["description"]]
        for variable in listed("variables")
    }
    assert {name: [default, what] for name, default, what in table("Variable")} == wanted


def test_the_variables_of_compose_are_those_that_it_takes() -> None:
    taken = re.findall(r"\$\{(\w+):-([^}]*)\}", (ROOT / "compose.yaml").read_text())
    assert {(name, default) for name, default, _ in table("Variable of compose.yaml")} == set(taken)


def test_every_script_and_file_it_names_is_there() -> None:
    named = set(re.findall(r"\b(?:scripts|tests|backend)/[a-z.]*[a-z]|\bcompose\.yaml", README))
    assert len(named) > 5
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_two_commands_come_first() -> None:
    code = re.findall(r"^    (\S+)", README, re.MULTILINE)
    assert code[:2] == ["scripts/up", "scripts/test"]

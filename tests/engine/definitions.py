"""What docker-bake.hcl defines by itself, without this machine's override; many calls at a time."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from engine import ROOT, bake, docker

Call = tuple[str, dict[str, str]]


def definition(call: Call) -> Any:
    """The groups and targets for arguments and variables; the error where bake refuses them."""
    arguments, variables = call
    done = bake("--file=docker-bake.hcl", "--print", *arguments.split(), folder=ROOT, **variables)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


def definitions(*calls: Call) -> list[Any]:
    """The answers to several calls, in their order."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(definition, calls))


def listed(kind: str) -> dict[str, dict[str, str]]:
    """What ``bake --list`` says of targets or variables, by name; values as they are set."""
    output = docker("buildx", "bake", "--file=docker-bake.hcl", f"--list=type={kind},format=json")
    entries = {entry["name"]: entry for entry in json.loads(output)}
    for entry in entries.values():
        if "list" in entry.get("type", ""):
            entry["value"] = ",".join(json.loads(entry["value"]))
    return entries

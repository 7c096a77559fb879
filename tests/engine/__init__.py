"""The real engine, driven as a person drives it: docker, bake, checkouts, a registry."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILD_VARIABLES = re.findall(r'(?m)^variable "(\w+)"', (ROOT / "docker-bake.hcl").read_text())

Completed = subprocess.CompletedProcess[str]
Ask = Callable[[], object]


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without the build's variables, and with those given."""
    own = [name for name in os.environ if name.startswith(("SDLC_LENS_", "COMPOSE_"))]
    kept = {name: os.environ[name] for name in os.environ.keys() - {*BUILD_VARIABLES, *own}}
    return {**kept, "BUILDKIT_PROGRESS": "plain", **variables}


def run(
    *command: str, folder: Path = ROOT, variables: Mapping[str, str] | None = None,
    timeout: float = 900, stdin: str = "",
) -> Completed:  # fmt: skip
    """Run a command to its end, whatever that is; its output is text."""
    return subprocess.run(
        command, cwd=folder, env=environment(**(variables or {})), timeout=timeout,
        capture_output=True, text=True, check=False, input=stdin,
    )  # fmt: skip


def succeed(*command: str, **options: Any) -> str:
    """Standard output of a command that has to succeed."""
    done = run(*command, **options)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def docker(*arguments: str, **options: Any) -> str:
    """Standard output of a docker command that has to succeed."""
    return succeed("docker", *arguments, **options)


def bake(*arguments: str, folder: Path = ROOT, **variables: str) -> Completed:
    """Run ``docker buildx bake``; a stand-in base counts as approved."""
    variables = {"ALLOW_STANDIN": "1", **variables}
    return run("docker", "buildx", "bake", *arguments, folder=folder, variables=variables)


def baked(*arguments: str, folder: Path = ROOT, **variables: str) -> str:
    """Everything that a bake which has to succeed printed."""
    done = bake(*arguments, folder=folder, **variables)
    assert done.returncode == 0, f"bake {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def failure(done: Completed) -> str:
    """Standard error of a command that has to fail."""
    assert done.returncode != 0, done.stdout
    return done.stderr


def check(target: str, folder: Path = ROOT, **variables: str) -> Completed:
    """Build a target of checks.hcl."""
    files = ["docker-bake.hcl", "tests/build/checks.hcl", "docker-bake.override.hcl"]
    chosen = [f"--file={name}" for name in files if (folder / name).exists()]
    return bake(*chosen, target, folder=folder, **variables)


def definition(*arguments: str, folder: Path = ROOT, **variables: str) -> dict[str, Any]:
    """What ``bake --print`` says, as plain data: group and target by name."""
    done = bake("--print", *arguments, folder=folder, **variables)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def on_standin() -> bool:
    """Whether this machine builds on the stand-in, Docker Hub being out of reach."""
    override = ROOT / "docker-bake.override.hcl"
    return override.exists() and "oci-layout" in override.read_text()


def checkout(folder: Path) -> Path:
    """A copy of the project as it stands, with what its base needs, to be changed at will."""
    listed = succeed("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    ignored = (".build/base", ".build/ca-certificates.crt", "docker-bake.override.hcl")
    for name in (*filter(None, listed.split("\0")), *ignored):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        elif (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def until(condition: Ask, seconds: float, state: Ask, pause: float = 0.05) -> None:
    """Wait until a condition holds; after so many seconds, fail with the state there is then."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"after {seconds} s still: {state()}"
        time.sleep(pause)

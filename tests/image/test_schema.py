"""Every answer of the running image fits its own schema, whatever is asked for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine import check, docker, run
from engine.container import Container, Containers
from engine.lens import register, synced

SAMPLE = Path(__file__).parents[1] / "sample"
FEWEST = 500


@pytest.fixture
def schemathesis(version: str) -> Iterator[str]:
    """The image of the program that asks."""
    done = check("schemathesis", VERSION=version)
    assert done.returncode == 0, done.stderr
    tag = f"sdlc-lens-schemathesis:{version}"
    yield tag
    docker("image", "rm", "--force", tag)


@pytest.fixture
def lens(containers: Containers) -> Container:
    """A service with a project to read, and one to change."""
    lens = containers.serve(f"--volume={SAMPLE}:/data/projects/sample:ro")
    for name in ("Sample", "Changed"):
        slug = register(lens, name, "/data/projects/sample/sdlc-studio")
        assert synced(lens, slug)["sync_status"] == "synced"
    return lens


def test_every_answer_fits_the_schema(
    lens: Container, schemathesis: str, figures: dict[str, str]
) -> None:
    operations = sum(map(len, lens.ask("GET", "/api/v1/openapi.json").json()["paths"].values()))
    address = "http://127.0.0.1:8000/api/v1/openapi.json"
    network = f"--network=container:{lens.name}"
    done = run("docker", "run", "--rm", "--pull=never", network, schemathesis, address)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert f"Tested: {operations}\n" in done.stdout
    cases = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert cases, done.stdout
    assert cases[1] == cases[2]
    assert int(cases[1]) > FEWEST
    figures["schemathesis"] = f"{cases[1]} cases, {operations} operations"
    failures = [line for line in lens.logs().splitlines() if re.search(r" (ERROR|CRITICAL) ", line)]
    assert failures == []
    assert lens.state()["Running"]

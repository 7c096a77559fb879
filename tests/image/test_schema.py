"""Every answer of the running image fits its own schema, whatever is asked for."""

import re
from collections.abc import Iterator

import pytest
from engine import ROOT, check, docker, run
from engine.container import Containers
from engine.lens import got, register, synced


@pytest.fixture
def schemathesis(version: str) -> Iterator[str]:
    """The image of the program that asks."""
    done = check("schemathesis", VERSION=version)
    assert done.returncode == 0, done.stderr
    yield (tag := f"sdlc-lens-schemathesis:{version}")
    docker("image", "rm", "--force", tag)


def test_every_answer_fits_the_schema(containers: Containers, schemathesis: str) -> None:
    lens = containers.serve(f"--volume={ROOT}/tests/sample:/data/projects/sample:ro")
    for name in ("Sample", "Changed"):  # one to read, one to change
        slug = register(lens, name, "/data/projects/sample/sdlc-studio")
        assert synced(lens, slug)["sync_status"] == "synced"
    operations = sum(map(len, got(lens, "openapi.json")["paths"].values()))
    address = "http://127.0.0.1:8000/api/v1/openapi.json"
    network = f"--network=container:{lens.name}"
    done = run("docker", "run", "--rm", "--pull=never", network, schemathesis, address)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert f"Tested: {operations}\n" in done.stdout
    ((cases, passed),) = re.findall(r"(\d+) generated, (\d+) passed", done.stdout)
    assert int(cases) == int(passed) > 500
    assert re.findall(r".* (?:ERROR|CRITICAL) .*", lens.logs()) == []
    assert lens.state()["Running"]

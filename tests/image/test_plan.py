"""The plan's acceptance criteria, edge cases and definition of done, one after the other.

The first criterion, that a plain `docker build` gives the same image, is tested with the gate.
"""

import json
import re
from typing import Any

import pytest
from engine import docker
from engine.container import Container, Containers
from engine.lens import got

LIMIT = 200_000_000
OFFICIAL_BASE = 119_000_000  # python:3.12-slim, unpacked
NO_COMMAND = {
    "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "STOPSIGNAL",
    "USER", "WORKDIR",
}  # fmt: skip


def test_criterion_2_three_layers_on_the_base_less_than_200_mb(image: str) -> None:
    listed = docker("history", "--no-trunc", "--human=false", "--format={{json .}}", image)
    steps = [json.loads(line) for line in listed.splitlines()]  # the last one first
    made_by = [step["CreatedBy"] for step in steps]
    first = next(n for n, made in enumerate(made_by) if made.startswith("ARG BASE_NAME"))
    assert {made.split()[0] for made in made_by[: first + 1]} <= NO_COMMAND
    ours = [step for step in steps[:first] if int(step["Size"])]
    copied = [step["CreatedBy"].split()[1] for step in ours]
    assert copied == ["/layers/app/", "/layers/bytecode/", "/layers/libraries/"]
    size, own = (sum(int(step["Size"]) for step in some) for some in (steps, ours))
    assert max(size, OFFICIAL_BASE + own) < LIMIT


def test_criterion_2_image_has_no_build_tools_and_no_test_tools(lens: Container) -> None:
    find = "import importlib.util as u; print([n for n in {} if u.find_spec(n)])"
    modules = ["hatchling", "piptools", "pytest", "hypothesis", "mypy"]
    assert lens.python(find.format(modules)) == "[]\n"
    assert lens.execute("sh", "-c", "command -v gcc make git").stdout == ""


def test_criteria_3_and_4_migrations_then_uvicorn_that_serves_the_api(lens: Container) -> None:
    lines = [line for line in lens.logs().splitlines() if line.endswith("...")]
    assert lines == ["Running database migrations...", "Starting Uvicorn on 0.0.0.0:8000..."]
    expected = {"status": "healthy", "database": "connected", "ready": True}
    assert expected.items() <= got(lens, "system/health").items()
    assert lens.execute("cat", "/proc/1/comm").stdout == "python3\n"


@pytest.mark.parametrize(
    ("setting", "port", "where"),
    [("HOST=127.0.0.1", 8000, "127.0.0.1:8000"), ("PORT=9000", 9000, "0.0.0.0:9000")],
)
def test_criterion_5_address_is_configurable_and_the_health_check_finds_it(
    containers: Containers, setting: str, port: int, where: str
) -> None:
    lens = containers.start(f"--env=SDLC_LENS_{setting}", port=port).until_healthy()
    assert f"Starting Uvicorn on {where}..." in lens.logs()
    assert "/readyz" not in lens.logs()
    listening = "import socket; socket.create_connection(('127.0.0.2', 8000), 1)"
    assert "Connection refused" in lens.execute("python3", "-c", listening).stderr


def test_case_1_database_is_created_by_migrate(containers: Containers) -> None:
    database = containers.volume()
    assert containers.run(database, command=("ls", "-A", "/data/db")).stdout == ""
    ended = containers.run(database, "--env=SDLC_LENS_LOG_LEVEL=warning", command=("migrate",))
    assert (ended.returncode, ended.stdout) == (0, "Running database migrations...\n")
    assert "sdlc_lens.db" in containers.run(database, command=("ls", "/data/db")).stdout.split()


def test_case_4_port_taken(containers: Containers, lens: Container) -> None:
    ended = containers.run("--network", f"container:{lens.name}")
    assert ended.returncode == 69, ended
    assert re.search(r"\b8000\b.*SDLC_LENS_PORT", ended.stderr.splitlines()[-1])
    assert "Starting Uvicorn" not in ended.stdout
    assert lens.ask("GET", "/livez").status == 200


def test_done_user_is_not_root(configuration: dict[str, Any], lens: Container) -> None:
    assert configuration["User"] == "10001:0"
    assert lens.execute("sh", "-c", "whoami; id -G").stdout == "appuser\n0\n"


def test_done_configuration(configuration: dict[str, Any]) -> None:
    assert {
        "SDLC_LENS_HOST=0.0.0.0", "SDLC_LENS_PORT=8000", "SDLC_LENS_LOG_LEVEL=INFO",
        "SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:////data/db/sdlc_lens.db",
    } <= {*configuration["Env"]}  # fmt: skip
    assert {
        "ExposedPorts": {"8000/tcp": {}}, "StopSignal": "SIGTERM", "WorkingDir": "/",
        "Entrypoint": ["/app/entrypoint.sh"], "Cmd": ["serve"],
    }.items() <= configuration.items()  # fmt: skip
    assert not configuration.get("Volumes")  # the database goes with the container
    check = configuration["Healthcheck"]
    assert check["Test"] == ["CMD", "python3", "-m", "sdlc_lens", "healthcheck"]
    assert check["StartPeriod"] > check["StartInterval"] > 0


def test_done_image_says_what_it_is(configuration: dict[str, Any]) -> None:
    label = "org.opencontainers.image."
    labels = {name.removeprefix(label): value for name, value in configuration["Labels"].items()}
    stated = {"title": "SDLC Lens", "licenses": "MIT", "version": "1.2.3+test"}
    assert stated.items() <= labels.items()
    assert labels["description"]
    assert labels["base.name"]
    assert labels["base.digest"].startswith("sha256:")

"""The health check, and what the image says about itself."""

import json
import time
from typing import Any

import pytest
from engine import docker
from engine.container import Container, Containers

INSTRUCTIONS = {
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "STOPSIGNAL",
    "USER",
    "WORKDIR",
}
FOREIGN_MODULES = """
import sys
from sdlc_lens.__main__ import main
code = main(["healthcheck"])
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
print([name for name, file in files.items() if file.startswith("/app/libraries")])
sys.exit(code)
"""


@pytest.fixture(scope="module")
def configuration(image: str) -> dict[str, Any]:
    return json.loads(docker("inspect", image))[0]["Config"]  # type: ignore[no-any-return]


def until_health(container: Container, expected: str) -> None:
    end = time.monotonic() + 20
    while (health := container.state()["Health"])["Status"] != expected:
        assert time.monotonic() < end, health
        time.sleep(0.1)


@pytest.mark.parametrize("port", [8000, 9000])
def test_health_check_becomes_healthy_on_the_set_port(containers: Containers, port: int) -> None:
    container = containers.start("--env", f"SDLC_LENS_PORT={port}", port=port)
    until_health(container, "healthy")


def test_health_check_of_a_service_that_does_not_answer_says_why(containers: Containers) -> None:
    container = containers.start(command=("sleep", "60"))
    done = container.execute("python", "-m", "sdlc_lens", "healthcheck")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "127.0.0.1:8000" in done.stderr


def test_health_check_of_a_service_without_its_database_says_why(containers: Containers) -> None:
    lens = containers.serve()
    assert lens.execute("rm", "/data/db/sdlc_lens.db").returncode == 0
    done = lens.execute("python", "-m", "sdlc_lens", "healthcheck")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "503" in done.stderr
    assert lens.ask("GET", "/api/v1/system/health").json()["ready"] is False
    assert lens.ask("GET", "/livez").status == 200


def test_health_check_finds_a_service_on_one_address(containers: Containers) -> None:
    lens = containers.start("--env", "SDLC_LENS_HOST=127.0.0.1")
    until_health(lens, "healthy")


def test_health_check_leaves_no_line_in_the_log(containers: Containers) -> None:
    lens = containers.serve()
    assert lens.execute("python", "-m", "sdlc_lens", "healthcheck").returncode == 0
    assert lens.ask("GET", "/api/v1/projects").status == 200
    assert "/api/v1/projects" in lens.logs()
    assert "/readyz" not in lens.logs()


def test_health_check_needs_no_other_program(configuration: dict[str, Any]) -> None:
    check = configuration["Healthcheck"]
    assert check["Test"] == ["CMD", "python", "-m", "sdlc_lens", "healthcheck"]
    assert check["StartPeriod"] > check["StartInterval"] > 0


def test_health_check_imports_only_the_standard_library(lens: Container) -> None:
    done = lens.execute("python", "-c", FOREIGN_MODULES)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_labels_say_what_the_image_is(configuration: dict[str, Any], version: str) -> None:
    labels = {
        name.removeprefix("org.opencontainers.image."): value
        for name, value in configuration["Labels"].items()
    }
    assert labels["title"] == "SDLC Lens"
    assert labels["licenses"] == "MIT"
    assert labels["version"] == version
    assert labels["description"]
    assert labels["base.name"]
    assert labels["base.digest"].startswith("sha256:")


def test_run_configuration(configuration: dict[str, Any]) -> None:
    assert configuration["ExposedPorts"] == {"8000/tcp": {}}
    assert configuration["StopSignal"] == "SIGTERM"
    assert configuration["WorkingDir"] == "/"
    assert configuration["Entrypoint"] == ["/app/entrypoint.sh"]
    assert configuration["Cmd"] == ["serve"]


def test_nothing_was_run_in_the_image(image: str) -> None:
    listed = docker("history", "--no-trunc", "--human=false", "--format", "{{json .}}", image)
    history = [json.loads(line) for line in listed.splitlines()]
    created = [entry["CreatedBy"] for entry in history]
    ours = history[: created.index(next(c for c in created if c.startswith("ARG BASE_NAME"))) + 1]
    assert {entry["CreatedBy"].split()[0] for entry in ours} <= INSTRUCTIONS
    layers = [entry["CreatedBy"].split()[:2] for entry in ours if int(entry["Size"]) > 0]
    assert layers == [["COPY", "/layers/app/"], ["COPY", "/layers/libraries/"]]

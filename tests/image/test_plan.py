"""The plan's acceptance criteria, edge cases and definition of done, one after the other."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import engine
import pytest
from engine import baked, definition, docker
from engine.container import Container, Containers
from engine.lens import register, slugs, synced

LIMIT = 200_000_000
OFFICIAL_BASE = 119_000_000  # python:3.12-slim, unpacked
OUR_LAYERS = ("COPY /layers/libraries/", "COPY /layers/app/")
HEALTHY = {
    "status": "healthy",
    "database": "connected",
    "migration_ok": True,
    "fts_ok": True,
    "ready": True,
}


@pytest.fixture(scope="module")
def plain_image(image: str, version: str) -> Iterator[str]:
    """The image as plain ``docker build`` makes it, the gate on, with what bake adds by default."""
    target = definition("runtime-local", VERSION=version)["target"]["runtime-local"]
    given = {name: value for name, value in target["args"].items() if name != "GATE"}
    tag = f"sdlc-lens-test-plain:{version}"
    docker(
        "build",
        f"--tag={tag}",
        *(f"--build-arg={name}={value}" for name, value in given.items()),
        *(f"--build-context={name}={base}" for name, base in target.get("contexts", {}).items()),
        *(f"--secret={secret_option(secret)}" for secret in target.get("secret", [])),
        ".",
    )
    yield tag
    engine.run("docker", "image", "rm", tag)


def secret_option(secret: str | dict[str, str]) -> str:
    """A secret of ``bake --print`` as ``docker build`` takes it."""
    if isinstance(secret, str):
        return secret
    return ",".join(f"{name}={value}" for name, value in secret.items())


def described(image: str) -> dict[str, Any]:
    return json.loads(docker("inspect", image))[0]  # type: ignore[no-any-return]


def layer_sizes(image: str) -> dict[str, int]:
    """The unpacked size of every layer, by what made it."""
    listed = docker("history", "--no-trunc", "--human=false", "--format", "{{json .}}", image)
    steps = [json.loads(line) for line in listed.splitlines()]
    return {step["CreatedBy"]: int(step["Size"]) for step in steps if int(step["Size"])}


def test_criterion_1_plain_docker_build_gives_the_same_image(image: str, plain_image: str) -> None:
    ours, plain = described(image), described(plain_image)
    assert plain["RootFS"] == ours["RootFS"]
    assert plain["Config"] == ours["Config"]


def test_criterion_2_image_is_smaller_than_200_mb(image: str, figures: dict[str, str]) -> None:
    sizes = layer_sizes(image)
    ours = [size for made_by, size in sizes.items() if made_by.startswith(OUR_LAYERS)]
    base = described(image)["Config"]["Labels"]["org.opencontainers.image.base.name"]
    figures[f"size on {base}"] = f"{sum(sizes.values()) / 1e6:.1f} MB, the sum of its layers"
    figures["size on python:3.12-slim"] = (
        f"{(OFFICIAL_BASE + sum(ours)) / 1e6:.1f} MB, computed: 119 MB and our layers'"
        f" {sum(ours) / 1e6:.1f} MB"
    )
    assert len(ours) == 2
    assert sum(sizes.values()) < LIMIT
    assert OFFICIAL_BASE + sum(ours) < LIMIT


def test_criterion_2_image_has_no_build_tools_and_no_test_tools(lens: Container) -> None:
    for module in ("hatchling", "piptools", "pytest", "hypothesis", "mypy"):
        assert "No module named" in lens.execute("python", "-c", f"import {module}").stderr
    for program in ("gcc", "make", "git"):
        assert lens.execute("sh", "-c", f"command -v {program}").returncode != 0


def test_criterion_3_migrations_run_before_uvicorn(lens: Container) -> None:
    lines = [line for line in lens.logs().splitlines() if line.endswith("...")]
    assert lines == ["Running database migrations...", "Starting Uvicorn on 0.0.0.0:8000..."]


def test_criterion_4_uvicorn_serves_the_api(lens: Container) -> None:
    answer = lens.ask("GET", "/api/v1/system/health")
    assert answer.status == 200
    assert HEALTHY.items() <= answer.json().items()


def test_criterion_5_port_is_configurable(containers: Containers) -> None:
    lens = containers.serve("--env", "SDLC_LENS_PORT=9000", port=9000)
    assert lens.ask("GET", "/api/v1/system/health").status == 200
    assert "Starting Uvicorn on 0.0.0.0:9000..." in lens.logs()
    listening = "import socket; socket.create_connection(('127.0.0.1', 8000), 1)"
    assert "Connection refused" in lens.execute("python", "-c", listening).stderr


def test_case_1_database_is_created_at_the_first_start(containers: Containers) -> None:
    database = f"--volume={containers.volume()}:/data/db"
    assert containers.run(database, command=("ls", "-A", "/data/db")).stdout == ""
    lens = containers.serve(database)
    assert "Running upgrade" in lens.logs()
    assert "sdlc_lens.db" in lens.execute("ls", "/data/db").stdout.split()


def test_case_2_failed_migration_ends_the_container(containers: Containers) -> None:
    database = f"--volume={containers.volume()}:/data/db"
    containers.python("open('/data/db/sdlc_lens.db', 'w').write('rubbish' * 1000)", database)
    lens = containers.start(database)
    assert lens.until_ended() == 65
    assert "/data/db/sdlc_lens.db is damaged" in lens.logs()
    assert "Starting Uvicorn" not in lens.logs()


def test_case_3_without_a_volume_the_database_goes_with_the_container(
    containers: Containers, workspace: Path
) -> None:
    mount = f"--volume={workspace}:/data/projects:ro"
    lens = containers.serve(mount)
    synced(lens, register(lens, "Ephemeral", "/data/projects"))
    assert [place["Destination"] for place in lens.inspect()["Mounts"]] == ["/data/projects"]
    assert "A /data/db/sdlc_lens.db" in docker("diff", lens.name).splitlines()
    assert slugs(containers.serve(mount)) == []


def refused_port(lens: Container) -> None:
    """Assert that a start ended because of its port, and said so in its last line."""
    assert lens.until_ended() == 69
    last = lens.logs().splitlines()[-1]
    assert str(lens.port) in last
    assert "SDLC_LENS_PORT" in last
    assert "Starting Uvicorn" not in lens.logs()


def test_case_4_port_taken_on_the_host(containers: Containers) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        setting = f"SDLC_LENS_PORT={port}"
        refused_port(containers.start("--network", "host", "--env", setting, port=port))


def test_case_4_port_taken_by_another_container(containers: Containers, lens: Container) -> None:
    refused_port(containers.start("--network", f"container:{lens.name}"))
    assert lens.ask("GET", "/livez").status == 200


def test_case_5_sigterm_ends_the_server_gracefully(containers: Containers) -> None:
    lens = containers.serve()
    assert lens.execute("cat", "/proc/1/comm").stdout == "python\n"
    stop = lens.stop()
    assert stop.code == 0
    assert stop.seconds < 1
    assert "Shutting down" in lens.logs()


def test_case_6_changed_project_file_leaves_the_libraries_layer(
    image: str, version: str, checkout: Path
) -> None:
    project = checkout / "backend/pyproject.toml"
    project.write_text(project.read_text().replace('description = "', 'description = "Now it ', 1))
    other = f"{version}-project"
    baked("runtime-local", folder=checkout, VERSION=other)
    *before, app_before = described(image)["RootFS"]["Layers"]
    *after, app_after = described(f"sdlc-lens-backend:{other}")["RootFS"]["Layers"]
    docker("image", "rm", f"sdlc-lens-backend:{other}")
    assert after == before
    assert app_after != app_before


def test_done_container_runs_as_a_user_who_is_not_root(lens: Container) -> None:
    assert lens.execute("whoami").stdout == "appuser\n"


def test_done_settings_have_the_plans_defaults(image: str) -> None:
    environment = described(image)["Config"]["Env"]
    for setting in (
        "SDLC_LENS_HOST=0.0.0.0",
        "SDLC_LENS_PORT=8000",
        "SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:////data/db/sdlc_lens.db",
        "SDLC_LENS_LOG_LEVEL=INFO",
    ):
        assert setting in environment

"""Settings that make no sense end the start; commands other than serve."""

import pytest
from engine.container import Containers
from engine.lens import register, slugs, write_workspace

WRONG = {
    "HOST": "no such host",
    "PORT": "http",
    "DATABASE_URL": "postgresql+asyncpg://lens:geheim@database/lens",
    "LOG_LEVEL": "loud",
    "LOG_FORMAT": "xml",
    "ALLOWED_HOSTS": "https://lens.example",
    "FORWARDED_ALLOW_IPS": "proxy",
    "ROOT_PATH": "lens",
    "ALLOWED_PROJECT_BASE": "projects",
    "SHUTDOWN_SECONDS": "-1",
}
CURE = {
    "HOST": "0.0.0.0",
    "PORT": "65535",
    "DATABASE_URL": "sqlite+aiosqlite:///",
    "LOG_LEVEL": "DEBUG",
    "LOG_FORMAT": "json",
    "ALLOWED_HOSTS": "without scheme",
    "FORWARDED_ALLOW_IPS": "networks",
    "ROOT_PATH": "begins with a slash",
    "ALLOWED_PROJECT_BASE": "absolute",
    "SHUTDOWN_SECONDS": "3600",
}


def refusal(containers: Containers, name: str, value: str) -> str:
    """The one line that a start with this setting ends with."""
    ended = containers.run("--env", f"SDLC_LENS_{name}={value}")
    assert ended.returncode == 78, ended
    assert "Starting Uvicorn" not in ended.stdout
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    return ended.stderr


@pytest.mark.parametrize("name", WRONG)
def test_wrong_setting_is_one_line_with_variable_and_cure(
    containers: Containers, name: str
) -> None:
    line = refusal(containers, name, WRONG[name])
    assert f"SDLC_LENS_{name}=" in line
    assert CURE[name] in line
    assert "geheim" not in line


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80.5"])
def test_port_out_of_range(containers: Containers, port: str) -> None:
    assert f"SDLC_LENS_PORT={port}" in refusal(containers, "PORT", port)


@pytest.mark.parametrize(
    "url", ["sqlite:////data/db/lens.db", "sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"]
)
def test_database_url_that_names_no_file(containers: Containers, url: str) -> None:
    assert "SDLC_LENS_DATABASE_URL=" in refusal(containers, "DATABASE_URL", url)


@pytest.mark.parametrize("level", ["debug", "DEBUG", "Debug"])
def test_log_level_in_any_case(containers: Containers, level: str) -> None:
    ended = containers.run("--env", f"SDLC_LENS_LOG_LEVEL={level}", command=("migrate",))
    assert ended.returncode == 0, ended.stderr
    assert " DEBUG " in ended.stdout


def test_log_level_is_honoured(containers: Containers) -> None:
    ended = containers.run("--env", "SDLC_LENS_LOG_LEVEL=warning", command=("migrate",))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "Running database migrations...\n"


def test_three_and_four_slashes_are_the_same_file(
    containers: Containers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workspace = write_workspace(tmp_path_factory.mktemp("slashes") / "workspace")
    options = (
        f"--volume={containers.volume()}:/data/db",
        f"--volume={workspace}:/data/projects/workspace:ro",
    )
    three = "SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:///data/db/lens.db"
    four = "SDLC_LENS_DATABASE_URL=sqlite+aiosqlite:////data/db/lens.db"
    lens = containers.serve("--env", three, *options)
    register(lens, "Workspace", "/data/projects/workspace")
    lens.stop()
    assert slugs(containers.serve("--env", four, *options)) == ["workspace"]


def test_migrate_makes_the_database_and_ends(containers: Containers) -> None:
    volume = f"--volume={containers.volume()}:/data/db"
    ended = containers.run(volume, command=("migrate",))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("Running database migrations...\n")
    assert "Starting Uvicorn" not in ended.stdout
    assert "sdlc_lens.db" in containers.run(volume, command=("ls", "/data/db")).stdout.split()


def test_help_lists_the_commands(containers: Containers) -> None:
    ended = containers.run(command=("--help",))
    assert ended.returncode == 0, ended.stderr
    for command in ("serve", "migrate", "healthcheck"):
        assert command in ended.stdout


def test_anything_else_is_run_as_given(containers: Containers) -> None:
    script = 'printf "%s|" "$0" "$@" "$(umask)" "$PWD"; exit 7'
    ended = containers.run(command=("sh", "-c", script, "a b", "*"))
    assert ended.stdout == "a b|*|0002|/|"
    assert ended.returncode == 7


def test_program_that_is_not_there(containers: Containers) -> None:
    ended = containers.run(command=("no-such-program",))
    assert ended.returncode == 127
    assert "no-such-program" in ended.stderr

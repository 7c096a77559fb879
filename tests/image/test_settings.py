"""A setting that makes no sense ends the start; what else than serve can be run."""

import pytest
from engine.container import Containers

SECRET = "postgresql+asyncpg://lens:geheim@database/lens"


def test_wrong_setting_is_one_line_with_variable_and_values(containers: Containers) -> None:
    ended = containers.run(f"--env=SDLC_LENS_DATABASE_URL={SECRET}")
    assert ended.returncode == 78, ended
    assert "Starting Uvicorn" not in ended.stdout
    (line,) = ended.stderr.splitlines()
    assert "SDLC_LENS_DATABASE_URL=" in line
    assert "sqlite+aiosqlite:///" in line
    assert "geheim" not in line


@pytest.mark.parametrize(
    ("command", "code", "printed"),
    [
        (("--help",), 0, "healthcheck"),
        (("--version",), 0, "sdlc-lens 1.2.3+test\n"),
        (("sh", "-c", 'printf "%s|" "$0" "$@" "$(umask)" "$PWD"; exit 7', "a b", "*"), 7,
         "a b|*|0002|/|"),
        (("no-such-program",), 127, "no-such-program"),
    ],
    ids=["help", "version", "any program", "missing program"],
)  # fmt: skip
def test_command(containers: Containers, command: tuple[str, ...], code: int, printed: str) -> None:
    ended = containers.run(command=command)
    assert ended.returncode == code, ended
    assert printed in ended.stdout + ended.stderr

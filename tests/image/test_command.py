"""What else than serve can be run."""

import pytest
from engine.container import Containers

REPORT = 'printf "%s|" "$0" "$@" "$(umask)" "$PWD"; exit 7'


@pytest.mark.parametrize(
    ("command", "code", "printed"),
    [
        (("--help",), 0, "healthcheck"),
        (("--version",), 0, "sdlc-lens 1.2.3+test\n"),
        (("sh", "-c", REPORT, "a b", "*"), 7, "a b|*|0002|/|"),
        (("no-such-program",), 127, "no-such-program"),
    ],
    ids=["help", "version", "any program", "missing program"],
)
def test_command(containers: Containers, command: tuple[str, ...], code: int, printed: str) -> None:
    ended = containers.run(command=command)
    assert ended.returncode == code, ended
    assert printed in ended.stdout + ended.stderr

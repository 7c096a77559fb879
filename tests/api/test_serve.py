"""The service as a process: its output, and a stop at any time."""

import errno
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.ipv6 import require_ipv6
from support.processes import (
    COMMAND,
    IN_TIME,
    PATIENCE_SECONDS,
    environment,
    free_port,
    get,
    run,
    run_command,
    started,
    started_command,
    stop,
    until_line,
)

from sdlc_lens.__main__ import COMMANDS
from sdlc_lens.commands.serve import listen
from sdlc_lens.errors import SettingError

ENTRYPOINT = Path(__file__).parents[2] / "backend" / "entrypoint.sh"
STARTED = "Application startup complete"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def env(migrated: Path, port: int) -> dict[str, str]:
    """Settings for a server on a current database; `python` is this one.

    Requests under way get longer to end than a stop may take where there are none.
    """
    folder = Path(sys.executable).parent
    settings = environment(migrated, PORT=port, SHUTDOWN_SECONDS=6 * IN_TIME)
    return settings | {"PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.fixture
def connection(port: int) -> Iterator[socket.socket]:
    """A client's connection, to be opened when the server is there."""
    client = socket.socket()
    client.settimeout(PATIENCE_SECONDS)
    yield client
    client.close()


def test_new_database_to_ready(tmp_path: Path, port: int) -> None:
    env = environment(tmp_path / "lens.db", PORT=port, SHUTDOWN_SECONDS=6 * IN_TIME)
    with started(env=env) as process:
        printed = until_line(process, STARTED)
        assert get(port, "/readyz")[0] == 200
        assert run("healthcheck", env=env).returncode == 0
        get(port, "/api/v1/projects?shown")
        assert stop(process) < IN_TIME
        rest = process.stdout.read()
    assert process.returncode == 0
    assert printed.startswith("Running database migrations...\n")
    assert f"Starting Uvicorn on 127.0.0.1:{port}...\n" in printed
    assert printed.index("Running upgrade") < printed.index("Starting Uvicorn")
    assert "/api/v1/projects?shown" in rest
    assert "readyz" not in rest


def test_healthcheck_of_a_service_that_is_not_ready(
    env: dict[str, str], port: int, migrated: Path
) -> None:
    with started(env=env) as process:
        until_line(process, STARTED)
        migrated.unlink()
        ended = run("healthcheck", env=env)
    assert ended.returncode == 1
    assert "503" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_stop_by_sigint(env: dict[str, str]) -> None:
    with started(env=env) as process:
        until_line(process, STARTED)
        assert stop(process, signal.SIGINT) < IN_TIME
        assert process.returncode == 0


def test_stop_before_anything_is_imported(env: dict[str, str]) -> None:
    with started_command(*COMMAND, env=env) as process:
        assert stop(process) < IN_TIME
        assert process.returncode == 0


@pytest.mark.parametrize(
    "stage", ["Running database migrations", "Starting Uvicorn", "Waiting for application"]
)
def test_stop_while_starting(stage: str, env: dict[str, str]) -> None:
    with started(env=env) as process:
        until_line(process, stage)
        assert stop(process) < IN_TIME
        assert process.returncode == 0


def test_stop_with_an_idle_connection(
    env: dict[str, str], port: int, connection: socket.socket
) -> None:
    with started(env=env) as process:
        until_line(process, STARTED)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert stop(process) < IN_TIME
        assert process.returncode == 0


def test_body_of_an_answer_does_not_wait_for_the_client(connection: socket.socket) -> None:
    with listen("127.0.0.1", 0) as listener:
        connection.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("host", ["::", "0::0"])
def test_unspecified_address_of_ipv6_takes_both_protocols(host: str) -> None:
    require_ipv6()
    with listen(host, 0) as listener:
        assert not listener.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
        port = listener.getsockname()[1]
        for address in ("127.0.0.1", "::1"):
            socket.create_connection((address, port), timeout=5).close()


def test_machine_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_options: object) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(SettingError, match=r"^SDLC_LENS_HOST=:: .* this machine has no IPv6\. Set"):
        listen("::", 8000)


def begin_request(connection: socket.socket, port: int, length: int) -> None:
    """Send the head of a request; its body is missing when the service already waits for it."""
    connection.connect(("127.0.0.1", port))
    head = f"POST /api/v1/projects HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
    connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
    assert connection.recv(1000).startswith(b"HTTP/1.1 100")


def test_stop_with_a_request_under_way(
    env: dict[str, str], port: int, connection: socket.socket
) -> None:
    with started(env=env | {"SDLC_LENS_SHUTDOWN_SECONDS": "1"}) as process:
        until_line(process, STARTED)
        begin_request(connection, port, 100)
        assert 0.8 < stop(process) < IN_TIME
        assert process.returncode == 0


def test_request_under_way_may_end_within_the_limit(
    env: dict[str, str], port: int, connection: socket.socket
) -> None:
    with started(env=env) as process:
        until_line(process, STARTED)
        begin_request(connection, port, 1)
        process.send_signal(signal.SIGTERM)
        until_line(process, "Shutting down")
        connection.sendall(b"{")
        assert connection.recv(1000).startswith(b"HTTP/1.1 422")
        assert process.wait(timeout=IN_TIME) == 0


def test_port_in_use(env: dict[str, str], port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        ended = run(env=env)
    assert ended.returncode == 69
    assert re.fullmatch(rf"sdlc-lens: port {port} on 127.0.0.1 is in use.*\n", ended.stderr)
    assert "Starting Uvicorn" not in ended.stdout


def test_host_of_another_machine(env: dict[str, str]) -> None:
    ended = run(env=env | {"SDLC_LENS_HOST": "203.0.113.7"})
    assert ended.returncode == 78
    assert ended.stderr.startswith("sdlc-lens: SDLC_LENS_HOST=203.0.113.7 cannot be")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("host", ["no such host", "lens.invalid"])
def test_host_that_does_not_exist(host: str) -> None:
    with pytest.raises(SettingError, match=rf"^SDLC_LENS_HOST={host} cannot be [^\n]*$"):
        listen(host, 8000)


def test_entrypoint_serves_by_default(env: dict[str, str], port: int) -> None:
    with started_command(str(ENTRYPOINT), env=env) as process:
        until_line(process, STARTED)
        status = Path(f"/proc/{process.pid}/status")
        assert "Umask:\t0002" in status.read_text()
        # All signals are blocked for a moment while a thread is started.
        assert any("SigBlk:\t0000000000000000" in status.read_text() for _ in range(1000))
        assert Path(f"/proc/{process.pid}/comm").read_text().startswith("python")
        assert stop(process) < IN_TIME
        assert process.returncode == 0


@pytest.mark.parametrize("option", ["--block-signal", "--help"])
def test_entrypoint_on_a_small_base(option: str, env: dict[str, str], tmp_path: Path) -> None:
    """Without `python`, and with an env that may not know how to block signals."""
    programs = {
        "python3": f'exec {sys.executable} "$@"',
        "env": f'case "$1" in {option}*) exit 1;; esac; PATH={os.environ["PATH"]} exec env "$@"',
        "true": "",
    }
    (tmp_path / "bin").mkdir()
    for name, line in programs.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    small = env | {"PATH": str(tmp_path / "bin")}
    assert run_command(str(ENTRYPOINT), "--help", env=small).returncode == 0


def test_entrypoint_knows_every_command() -> None:
    named = re.search(r"^([\w| -]+) \| -\*\)$", ENTRYPOINT.read_text(), re.MULTILINE)
    assert named
    assert set(named[1].split(" | ")) == set(COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "code", "printed"),
    [
        (["migrate"], 0, "Running database migrations"),
        (["healthcheck"], 1, "no answer"),
        (["--help"], 0, "usage"),
        (["echo", "as given"], 0, "as given"),
        (["sh", "-c", "exit 7"], 7, ""),
        (["serve", "twice"], 2, "usage"),
    ],
)
def test_entrypoint_runs_a_command(
    arguments: list[str], code: int, printed: str, env: dict[str, str]
) -> None:
    ended = run_command(str(ENTRYPOINT), *arguments, env=env)
    assert ended.returncode == code
    assert printed in ended.stdout + ended.stderr

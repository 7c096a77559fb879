"""`python3 -m sdlc_lens`: the commands, and the modules that they import."""

import json
import socket
from pathlib import Path
from threading import Thread

import pytest
from support.ipv6 import require_ipv6
from support.processes import COMMAND, environment, free_port, run, run_command

from sdlc_lens import __main__
from sdlc_lens.commands import healthcheck

LOADED = """
import json, sys
before = set(sys.modules)
from sdlc_lens.__main__ import main
code = main(["healthcheck"])
names = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps([code, sorted(names - sys.stdlib_module_names)]))
"""


def test_help_lists_commands_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--help"]) == 0
    printed = capsys.readouterr().out
    for word in (*__main__.COMMANDS, "--version", "78", "77", "74", "72", "71", "69", "66", "65"):
        assert word in printed


@pytest.mark.parametrize("arguments", [["fly"], ["serve", "now"], ["--port", "1"]])
def test_unknown_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(arguments) == 2
    assert " ".join(arguments) in capsys.readouterr().err


def test_healthcheck_loads_the_standard_library_only(tmp_path: Path) -> None:
    env = environment(tmp_path / "none.db", PORT=free_port())
    ended = run_command(*COMMAND[:1], "-c", LOADED, env=env)
    assert json.loads(ended.stdout) == [1, ["sdlc_lens"]]


def test_healthcheck_states_the_reason_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    monkeypatch.setenv("SDLC_LENS_HOST", "0.0.0.0")
    monkeypatch.setenv("SDLC_LENS_PORT", str(port))
    assert healthcheck.run() == 1
    line = capsys.readouterr().err
    assert f"no answer from 127.0.0.1:{port}" in line
    assert line.count("\n") == 1


def answer_once(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


@pytest.mark.parametrize(
    ("listening", "host"),
    [
        ("127.0.0.1", "0.0.0.0"),
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", "::"),  # where :: is for IPv4 alone, IPv6 being switched off
        ("::1", "::"),
        ("::1", "::1"),
    ],
)
def test_healthcheck_finds_the_service_on_either_protocol(
    listening: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if listening == "::1":
        require_ipv6()
    family = socket.AF_INET6 if listening == "::1" else socket.AF_INET
    with socket.create_server((listening, 0), family=family) as listener:
        monkeypatch.setenv("SDLC_LENS_HOST", host)
        monkeypatch.setenv("SDLC_LENS_PORT", str(listener.getsockname()[1]))
        answering = Thread(target=answer_once, args=(listener,), daemon=True)
        answering.start()
        assert healthcheck.run() == 0
        answering.join()


def test_healthcheck_ignores_a_service_link(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    monkeypatch.setattr(healthcheck, "DEFAULT_PORT", port)
    monkeypatch.setenv("SDLC_LENS_PORT", "tcp://10.0.0.1:9000")
    monkeypatch.setenv("SDLC_LENS_HOST", "::")
    assert healthcheck.run() == 1
    assert f"no answer from [::1]:{port} or 127.0.0.1:{port}:" in capsys.readouterr().err


def test_healthcheck_with_an_invalid_port(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDLC_LENS_PORT", "http")
    assert healthcheck.run() == 1
    assert "http" in capsys.readouterr().err


def test_invalid_setting_ends_the_start_with_one_line(tmp_path: Path) -> None:
    ended = run(env=environment(tmp_path / "lens.db", PORT="http"))
    assert ended.returncode == 78
    assert ended.stderr.startswith("sdlc-lens: SDLC_LENS_PORT=http")
    assert ended.stderr.count("\n") == 1
    assert not ended.stdout
    assert not list(tmp_path.iterdir())

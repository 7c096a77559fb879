"""The service as a process of its own."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "sdlc_lens")
STOPS = (signal.SIGTERM, signal.SIGINT)
# The promise is one second, which the image's tests measure; here a builder may be under any load.
IN_TIME = 20
PATIENCE_SECONDS = 120
"""How long a test waits for what has to come, on a builder under load."""


def environment(database: Path, **settings: object) -> dict[str, str]:
    """An environment with the service's settings, and none of this machine's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SDLC_LENS_")}
    own = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "HOST": "127.0.0.1",
        **settings,
    }
    return kept | {f"SDLC_LENS_{name}": str(value) for name, value in own.items()}


def run(
    *arguments: str, env: Mapping[str, str], command: tuple[str, ...] = COMMAND
) -> subprocess.CompletedProcess[str]:
    """Run a command of the service to its end."""
    return subprocess.run(
        [*command, *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def run_script(script: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a piece of Python in which the service can be imported."""
    return run("-c", script, env=env, command=(sys.executable,))


@contextmanager
def started(*command: str, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process that is under way, and is killed at the end if it still is.

    It begins with its stop signals blocked, as entrypoint.sh lets Python begin.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        process = subprocess.Popen(
            command or COMMAND,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


def until_line(process: subprocess.Popen[str], text: str) -> str:
    """Everything that the process printed up to a line with TEXT."""
    assert process.stdout
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"{text!r} was not printed:\n{seen}")


def stop(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> float:
    """Ask the process to end; the seconds that it took."""
    start = time.monotonic()
    process.send_signal(number)
    process.wait(timeout=PATIENCE_SECONDS)
    return time.monotonic() - start


def free_port() -> int:
    """A port that nobody listens on, and that no connection gets as its own meanwhile."""
    while True:
        port = random.randrange(10_000, 32_768)  # the kernel's own choices begin above
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


def require_ipv6() -> None:
    """Skip the test where there is no IPv6, not even within the machine."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        pytest.skip(f"NOT TESTED: this machine has no IPv6 ({error})")


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body of a GET."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()

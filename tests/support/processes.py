"""The service as a process of its own.

Most are forked from a process that has imported the service already: imports take a second.
"""

import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO

COMMAND = (sys.executable, "-m", "sdlc_lens")
STOPS = (signal.SIGTERM, signal.SIGINT)
# The promise is one second, which the image's tests measure; here a builder may be under any load.
IN_TIME = 20
PATIENCE_SECONDS = 120
"""How long a test waits for what has to come, on a builder under load."""

_forkserver = multiprocessing.get_context("forkserver")
_forkserver.set_forkserver_preload(
    ["alembic.command", "sdlc_lens.api.protocol", "sdlc_lens.main", "support.processes"]
)


class Forked:
    """A forked process, with the part of Popen's interface that the tests need."""

    def __init__(self, process: BaseProcess, stdout: TextIO) -> None:
        assert process.pid
        self._process = process
        self.pid = process.pid
        self.stdout = stdout

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        """The exit code. Raises TimeoutExpired."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        return self.returncode


Process = Forked | subprocess.Popen[str]


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
    *arguments: str, env: Mapping[str, str], script: str = ""
) -> subprocess.CompletedProcess[str]:
    """`python -m sdlc_lens ARGUMENTS`, or SCRIPT with them, to its end."""
    with ExitStack() as stack:
        (stdout, stdout_end), (stderr, stderr_end) = _pipe(stack), _pipe(stack)
        process = _fork(stack, arguments, env, script, stdout_end, stderr_end)
        watch = threading.Timer(PATIENCE_SECONDS, process.kill)
        watch.start()
        printed, complaint = stdout.read(), stderr.read()
        process.join()
        watch.cancel()
        assert process.exitcode is not None
        return subprocess.CompletedProcess(arguments, process.exitcode, printed, complaint)


@contextmanager
def started(*arguments: str, env: Mapping[str, str], script: str = "") -> Iterator[Forked]:
    """The same under way, its two outputs in one; killed at the end if it still is."""
    with ExitStack() as stack:
        stdout, stdout_end = _pipe(stack)
        yield Forked(_fork(stack, arguments, env, script, stdout_end, stdout_end), stdout)


def run_command(*command: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, where the imports or the entrypoint are what is tested."""
    return subprocess.run(
        command,
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@contextmanager
def started_command(*command: str, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The same under way, its two outputs in one; killed at the end if it still is.

    It begins with its stop signals blocked, as entrypoint.sh lets Python begin.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        process = subprocess.Popen(
            command,
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


def _pipe(stack: ExitStack) -> tuple[TextIO, Connection]:
    reader, writer = _forkserver.Pipe(duplex=False)
    with reader:
        return stack.enter_context(os.fdopen(os.dup(reader.fileno()))), stack.enter_context(writer)


def _fork(
    stack: ExitStack,
    arguments: tuple[str, ...],
    env: Mapping[str, str],
    script: str,
    stdout: Connection,
    stderr: Connection,
) -> BaseProcess:
    process = _forkserver.Process(target=_main, args=(arguments, dict(env), script, stdout, stderr))
    process.start()
    stdout.close()
    stderr.close()
    stack.callback(process.join)
    stack.callback(process.kill)
    return process


def _main(
    arguments: tuple[str, ...],
    env: Mapping[str, str],
    script: str,
    stdout: Connection,
    stderr: Connection,
) -> None:
    from sdlc_lens.__main__ import end_on_signals, main

    os.dup2(stdout.fileno(), 1)
    os.dup2(stderr.fileno(), 2)
    stdout.close()
    stderr.close()
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["-c", *arguments]
    if script:
        exec(script, {})
    else:
        end_on_signals(*arguments[:1])
        sys.exit(main([*arguments]))


def until_line(process: Process, text: str) -> str:
    """Everything that the process printed up to a line with TEXT."""
    assert process.stdout
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"{text!r} was not printed:\n{seen}")


def stop(process: Process, number: signal.Signals = signal.SIGTERM) -> float:
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


def get(port: int, path: str) -> tuple[int, str]:
    """Status and body of a GET."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()

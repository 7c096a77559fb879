"""Containers of the tests' own: started, asked over HTTP, stopped, removed."""

import http.client
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self
from uuid import uuid4

from engine import Completed, docker, run

PREFIX = "sdlc-lens-test-"


@dataclass(frozen=True)
class Answer:
    """What the service answered."""

    status: int
    text: str

    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Stop:
    """How a container ended: its exit code, and the seconds from the signal to its end."""

    code: int
    seconds: float


@dataclass(frozen=True)
class Container:
    """A container by its name; ``port`` is the one that the service listens on inside."""

    name: str
    port: int = 8000

    def inspect(self) -> dict[str, Any]:
        """All that the engine knows of it."""
        return json.loads(docker("inspect", self.name))[0]  # type: ignore[no-any-return]

    def state(self) -> dict[str, Any]:
        """Its state: running or not, exit code, health."""
        return self.inspect()["State"]  # type: ignore[no-any-return]

    def logs(self) -> str:
        """Everything it printed; standard error comes last."""
        done = run("docker", "logs", self.name)
        return done.stdout + done.stderr

    def execute(self, *command: str) -> Completed:
        """Run a command inside, to its end."""
        return run("docker", "exec", self.name, *command)

    @cached_property
    def address(self) -> tuple[str, int]:
        """Host and port at which this machine reaches it."""
        published = self.inspect()["NetworkSettings"]["Ports"].get(f"{self.port}/tcp")
        assert published, f"{self.name} has no published port, or ended:\n{self.logs()}"
        return published[0]["HostIp"], int(published[0]["HostPort"])

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        """Send one request; ``body`` goes as JSON."""
        connection = http.client.HTTPConnection(*self.address, timeout=20)
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return Answer(response.status, response.read().decode())
        finally:
            connection.close()

    def until_ready(self, seconds: int = 40) -> Self:
        """Wait until the service says that it is ready."""
        for _ in range(seconds):
            if self._ready_within(1):
                return self
            assert self.state()["Running"], f"{self.name} ended:\n{self.logs()}"
        raise AssertionError(f"{self.name} is not ready after {seconds} s:\n{self.logs()}")

    def _ready_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/readyz").status == 200:
                    return True
            time.sleep(0.05)
        return False

    def until_logged(self, line: str, seconds: float = 20) -> Self:
        """Wait until a text is in its logs."""
        end = time.monotonic() + seconds
        while line not in self.logs():
            assert time.monotonic() < end, f"no {line!r} after {seconds} s:\n{self.logs()}"
            time.sleep(0.05)
        return self

    def until_ended(self, seconds: float = 30) -> int:
        """Wait until it has ended by itself; its exit code."""
        return int(docker("wait", self.name, timeout=seconds))

    def signal(self, name: str) -> None:
        """Send a signal to its process 1."""
        docker("kill", "--signal", name, self.name)

    def stop(self, seconds: float = 30) -> Stop:
        """Send SIGTERM and wait for the end."""
        sent = datetime.now(UTC)
        self.signal("TERM")
        code = self.until_ended(seconds)
        ended = datetime.fromisoformat(self.state()["FinishedAt"])
        return Stop(code, (ended - sent).total_seconds())


class Containers:
    """What one test starts and makes of one image; all of it is removed by ``remove``."""

    def __init__(self, image: str) -> None:
        self.image = image
        self._names: list[str] = []
        self._volumes: list[str] = []

    def start(self, *options: str, command: tuple[str, ...] = (), port: int = 8000) -> Container:
        """Start a container; its port is published, unless the options name a network."""
        container = Container(self._name(), port)
        publish = [] if "--network" in options else ["--publish", f"127.0.0.1::{port}"]
        self._run("--detach", "--name", container.name, *publish, *options, command=command)
        return container

    def serve(self, *options: str, port: int = 8000) -> Container:
        """Start a container and wait until its service is ready."""
        return self.start(*options, port=port).until_ready()

    def run(self, *options: str, command: tuple[str, ...] = ()) -> Completed:
        """Run a container to its end, whatever that is."""
        arguments = ("--rm", "--pull", "never", "--name", self._name(), *options, self.image)
        return run("docker", "run", *arguments, *command, timeout=60)

    def python(self, script: str, *options: str) -> str:
        """What a script prints that runs as root in a container and has to succeed."""
        return self._run("--rm", "--user", "0:0", *options, command=("python", "-c", script))

    def volume(self) -> str:
        """A new volume."""
        name = f"{PREFIX}{uuid4().hex[:12]}"
        self._volumes.append(name)
        docker("volume", "create", name)
        return name

    def remove(self) -> None:
        """Remove containers and volumes."""
        if self._names:
            run("docker", "rm", "--force", "--volumes", *self._names)
        if self._volumes:
            docker("volume", "rm", "--force", *self._volumes)

    def _name(self) -> str:
        self._names.append(f"{PREFIX}{uuid4().hex[:12]}")
        return self._names[-1]

    def _run(self, *options: str, command: tuple[str, ...]) -> str:
        return docker("run", "--pull", "never", *options, self.image, *command, timeout=60)

"""Containers of the tests' own: started, asked over HTTP, stopped, removed."""

import http.client
import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple, Self
from uuid import uuid4

from engine import Completed, docker, run, until

PREFIX = "sdlc-lens-test-"


class Answer(NamedTuple):
    """What the service answered."""

    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Stop(NamedTuple):
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

    def python(self, script: str) -> str:
        """What a script prints that runs inside and has to succeed."""
        return docker("exec", self.name, "python3", "-c", script)

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

    def until_ready(self, seconds: float = 60) -> Self:
        """Wait until the service says that it is ready."""
        until(self._is_ready, seconds, self.logs)
        return self

    def _is_ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz").status == 200
        except ConnectionRefusedError:  # the engine's proxy listens as long as the container runs
            assert self.state()["Running"], f"{self.name} ended:\n{self.logs()}"
        except (OSError, http.client.HTTPException):
            pass
        return False

    def until_logged(self, text: str, seconds: float = 30) -> Self:
        """Wait until a text is in its logs."""
        until(lambda: text in self.logs(), seconds, self.logs)
        return self

    def until_healthy(self) -> Self:
        """Wait until the engine takes it for healthy."""
        until(lambda: self.state()["Health"]["Status"] == "healthy", 30, self.state)
        return self

    def until_ended(self, seconds: float = 30) -> int:
        """Wait until it has ended by itself; its exit code."""
        return int(docker("wait", self.name, timeout=seconds))

    def kill(self) -> None:
        """Kill it, and wait for the end."""
        docker("kill", self.name)
        assert self.until_ended() == 137

    def stop(self, seconds: float = 30) -> Stop:
        """Send SIGTERM and wait for the end."""
        sent = datetime.now(UTC)
        docker("kill", "--signal=TERM", self.name)
        code = self.until_ended(seconds)
        ended = datetime.fromisoformat(self.state()["FinishedAt"])
        return Stop(code, (ended - sent).total_seconds())


class Containers(AbstractContextManager["Containers"]):
    """What one test starts and makes of one image; all of it is removed at the end."""

    def __init__(self, image: str) -> None:
        self.image = image
        self._names: list[str] = []
        self._volumes: list[str] = []

    def __exit__(self, *_: object) -> None:
        if self._names:
            run("docker", "rm", "--force", "--volumes", *self._names)
        if self._volumes:
            docker("volume", "rm", "--force", *self._volumes)

    def start(self, *options: str, command: tuple[str, ...] = (), port: int = 8000) -> Container:
        """Start a container; its port is published, unless the options name a network."""
        publish = [] if "--network" in options else [f"--publish=127.0.0.1::{port}"]
        container = Container(self._name(), port)
        docker(*self._ran(container.name, "--detach", *publish, *options), *command)
        return container

    def serve(self, *options: str, port: int = 8000) -> Container:
        """Start a container and wait until its service is ready."""
        return self.start(*options, port=port).until_ready()

    def run(self, *options: str, command: tuple[str, ...] = ()) -> Completed:
        """Run a container to its end, whatever that is."""
        return run("docker", *self._ran(self._name(), *options), *command, timeout=60)

    def _name(self) -> str:
        self._names.append(name := f"{PREFIX}{uuid4().hex[:12]}")
        return name

    def _ran(self, name: str, *options: str) -> tuple[str, ...]:
        return ("run", "--pull=never", f"--name={name}", *options, self.image)

    def python(self, script: str, *options: str) -> str:
        """What a script prints that runs as root in a container and has to succeed."""
        ended = self.run("--user=0:0", *options, command=("python3", "-c", script))
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def volume(self, *options: str) -> str:
        """The option that mounts a new volume for the database."""
        self._volumes.append(f"{PREFIX}{uuid4().hex[:12]}")
        docker("volume", "create", *options, self._volumes[-1])
        return f"--volume={self._volumes[-1]}:/data/db"

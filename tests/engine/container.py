"""Containers of the tests' own: started, asked over HTTP, stopped, removed."""

import http.client
import json
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple, Self
from uuid import uuid4

from engine import Completed, docker, run, until

PREFIX = "sdlc-lens-test-"


class Answer(NamedTuple):
    status: int
    text: str


class Stop(NamedTuple):
    """How a container ended: its exit code, and the seconds from the signal to its end."""

    code: int
    seconds: float


@dataclass(frozen=True)
class Container:
    """A container by its name; ``port`` is the one that the service listens on inside."""

    name: str
    port: int = 8000

    def inspect(self) -> Any:
        return json.loads(docker("inspect", self.name))[0]

    def state(self) -> Any:
        return self.inspect()["State"]

    def logs(self) -> str:
        """Everything it printed; standard error comes last."""
        done = run("docker", "logs", self.name)
        return done.stdout + done.stderr

    def execute(self, *command: str) -> Completed:
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
        sent = None if body is None else json.dumps(body)
        with closing(http.client.HTTPConnection(*self.address, timeout=20)) as connection:
            connection.request(method, path, sent, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return Answer(response.status, response.read().decode())

    def until_ready(self, seconds: float = 60) -> Self:
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

    def until_healthy(self) -> Self:
        until(lambda: self.state()["Health"]["Status"] == "healthy", 30, self.state)
        return self

    def until_ended(self) -> int:
        """Wait until it has ended; its exit code."""
        return int(docker("wait", self.name, timeout=30))

    def remove(self) -> None:
        docker("rm", "--force", "--volumes", self.name)

    def stop(self) -> Stop:
        """Send SIGTERM and wait for the end."""
        sent = datetime.now(UTC)
        docker("kill", "--signal=TERM", self.name)
        code = self.until_ended()
        ended = datetime.fromisoformat(self.state()["FinishedAt"])
        return Stop(code, (ended - sent).total_seconds())


class Containers(ExitStack):
    """What one test starts and makes of one image; all of it is removed at the end."""

    def __init__(self, image: str) -> None:
        super().__init__()
        self.image = image

    def start(self, *options: str, command: tuple[str, ...] = (), port: int = 8000) -> Container:
        """Start a container; its port is published, unless the options name a network."""
        publish = [] if "--network" in options else [f"--publish=127.0.0.1::{port}"]
        name, arguments = self._new("--detach", *publish, *options)
        docker(*arguments, *command)
        return Container(name, port)

    def serve(self, *options: str, port: int = 8000) -> Container:
        """Start a container and wait until its service is ready."""
        return self.start(*options, port=port).until_ready()

    def run(self, *options: str, command: tuple[str, ...] = ()) -> Completed:
        """Run a container to its end, whatever that is."""
        _, arguments = self._new(*options)
        return run("docker", *arguments, *command, timeout=60)

    def _new(self, *options: str) -> tuple[str, list[str]]:
        """A name, and the arguments that run a container of that name."""
        name = f"{PREFIX}{uuid4().hex[:12]}"
        self.callback(run, "docker", "rm", "--force", "--volumes", name)
        return name, ["run", "--pull=never", f"--name={name}", *options, self.image]

    def as_root(self, *command: str, options: tuple[str, ...] = ()) -> str:
        """What a command prints that runs as root in a container and has to succeed."""
        ended = self.run("--user=0:0", *options, command=command)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def volume(self, *options: str) -> str:
        """The option that mounts a new volume for the database."""
        name = f"{PREFIX}{uuid4().hex[:12]}"
        docker("volume", "create", *options, name)
        self.callback(docker, "volume", "rm", "--force", name)
        return f"--volume={name}:/data/db"

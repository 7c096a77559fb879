"""The cache in a registry: a machine with nothing else builds from it, and can do without it."""

import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine import bake, baked, run
from engine.registry import Registry
from engine.suite import PASSING, replace_tests

# ioctl numbers of Linux: linux/sockios.h
ADD_BRIDGE, DELETE_BRIDGE, SET_FLAGS = 0x89A0, 0x89A1, 0x8914
OPTIONS = ("runtime", "--set", "runtime.output=type=cacheonly")
VARIABLES = {"REGISTRY": "registry.example", "PLATFORMS": "linux/amd64"}


@contextmanager
def bridge() -> Iterator[str]:
    """A network bridge for the engine: with none it would remove the first engine's."""
    name = f"lens{os.getpid() % 100000}"
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, ADD_BRIDGE, name.encode() + b"\0")
        try:
            yield name
        finally:
            fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", name.encode(), 0))
            fcntl.ioctl(any_socket, DELETE_BRIDGE, name.encode() + b"\0")


@contextmanager
def second_engine(folder: Path, network: str) -> Iterator[str]:
    """An engine with data of its own; its address."""
    address = f"unix://{folder}/docker.sock"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["dockerd", "--feature", "containerd-snapshotter", f"--bridge={network}",
             "--iptables=false", "--ip6tables=false", f"--host={address}",
             f"--data-root={folder}/data", f"--exec-root={folder}/exec", f"--pidfile={folder}/pid",
             "--config-file=/dev/null"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        for _ in range(150):
            if run("docker", "--host", address, "version").returncode == 0:
                break
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            time.sleep(0.2)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        run("umount", f"{folder}/data")  # stays mounted where the engine did not come to its end


@pytest.fixture
def other_engine() -> Iterator[str]:
    """A second engine on this machine."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        pytest.skip("NOT TESTED: a second engine needs root and a dockerd on PATH")
    # A socket's path has at most 107 characters: pytest's own folder would be too deep.
    with (
        tempfile.TemporaryDirectory(prefix="lens-") as folder,
        bridge() as network,
        second_engine(Path(folder), network) as address,
    ):
        yield address


def test_an_engine_with_nothing_but_the_cache_runs_no_pip(
    checkout: Path, registry: Registry, other_engine: str
) -> None:
    replace_tests(checkout, PASSING)
    cache = f"{registry.address}/cache"
    baked(*OPTIONS, folder=checkout, CACHE=cache, **VARIABLES)
    assert registry.tags("cache") == ["latest"]
    told = baked(*OPTIONS, folder=checkout, CACHE=cache, DOCKER_HOST=other_engine, **VARIABLES)
    assert "importing cache manifest" in told
    assert "Collecting" not in told
    assert told.count("CACHED") > 5


def test_a_cache_that_cannot_be_reached_harms_nothing(checkout: Path) -> None:
    replace_tests(checkout, PASSING)
    done = bake(*OPTIONS, folder=checkout, CACHE="127.0.0.1:1/cache", **VARIABLES)
    assert done.returncode == 0, done.stderr


def test_without_the_variable_no_cache_is_asked_for(checkout: Path) -> None:
    told = baked("deps", folder=checkout)
    assert "importing cache" not in told

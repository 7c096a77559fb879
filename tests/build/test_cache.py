"""The build cache: in a registry or in a folder, written when asked to, never needed."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine import baked, definition, docker, run
from engine.registry import Registry
from engine.suite import PASSING, replace_tests


@pytest.fixture
def other_engine() -> Iterator[str]:
    """The address of a second engine on this machine."""
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        pytest.skip("NOT TESTED: a second engine needs root and a dockerd on PATH")
    # Without a bridge of its own it would remove that of the first engine.
    bridge = f"lens{os.getpid() % 100000}"
    docker("network", "create", f"--opt=com.docker.network.bridge.name={bridge}", bridge)
    # A socket's path has at most 107 characters: pytest's own folder would be too deep.
    with tempfile.TemporaryDirectory(prefix="lens-") as folder:
        address = f"unix://{folder}/socket"
        command = f"""
            dockerd --feature=containerd-snapshotter --config-file=/dev/null --iptables=false
            --ip6tables=false --bridge={bridge} --host={address} --pidfile={folder}/pid
            --data-root={folder}/data --exec-root={folder}/exec --log-level=error
        """
        process = subprocess.Popen(command.split(), stdin=subprocess.DEVNULL)
        try:
            while run("docker", f"--host={address}", "version").returncode != 0:
                assert process.poll() is None, "the second engine ended: see above"
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait(60)
            run("umount", f"{folder}/data")  # stays mounted where the engine failed
            docker("network", "rm", bridge)


def built(checkout: Path, **variables: str) -> str:
    """What a build with a small test prints."""
    if (checkout / "tests/build").exists():
        replace_tests(checkout, PASSING)
    options = ("runtime", "--set=runtime.output=type=cacheonly")
    return baked(*options, folder=checkout, PLATFORMS="linux/amd64", **variables)


def test_an_engine_with_nothing_but_the_cache_in_a_registry_runs_no_pip(
    checkout: Path, registry: Registry, other_engine: str
) -> None:
    cache = f"{registry.address}/Team/Cache"
    built(checkout, CACHE=cache)
    assert registry.tags("team/cache") == []
    built(checkout, CACHE=cache, CACHE_WRITE="1")
    assert registry.tags("team/cache") == ["latest"]
    output = built(checkout, CACHE=cache, DOCKER_HOST=other_engine)
    assert "importing cache manifest" in output
    assert "Collecting" not in output
    assert output.count("CACHED") > 5


def test_a_cache_in_a_folder_is_written_when_asked_to_and_read(checkout: Path) -> None:
    built(checkout, CACHE="./cache")
    assert not (checkout / "cache").exists()
    built(checkout, CACHE="./cache", CACHE_WRITE="1")
    assert "importing cache manifest" in built(checkout, CACHE="./cache")


def test_a_cache_that_cannot_be_reached_harms_nothing(checkout: Path) -> None:
    built(checkout, CACHE="127.0.0.1:1/cache", CACHE_WRITE="1")


def test_github_keeps_the_cache_of_its_workflows() -> None:
    runtime = definition("runtime", CACHE="gha", CACHE_WRITE="1")["target"]["runtime"]
    assert runtime["cache-from"] == [{"type": "gha"}]
    assert [(entry["type"], entry["mode"]) for entry in runtime["cache-to"]] == [("gha", "max")]

"""What a build writes beside an image: the archive of `bake oci`, and the build cache."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine import Completed, baked, definition, docker, failure, run, until
from engine.layout import layers
from engine.registry import Registry
from engine.suite import FAILING, PASSING, replace_tests

CACHEONLY = ("--set=runtime.output=type=cacheonly", "--set=runtime.platform=linux/amd64")
UNGATED = "--set=*.contexts.test=docker-image://scratch"
# As README.md says: a build that fails leaves the archive of the last one.
COMMAND = 'docker buildx bake oci "$@" >image.oci.tar.new && mv image.oci.tar.new image.oci.tar'


def archive(folder: Path, *options: str, **variables: str) -> Completed:
    variables = {"ALLOW_STANDIN": "1", **variables}
    return run("sh", "-c", COMMAND, "sh", *options, folder=folder, variables=variables)


def packed(folder: Path, *options: str, **variables: str) -> tuple[set[str], dict[str, Any]]:
    """The compressions, and the layers of each platform, of an archive that has to be written."""
    done = archive(folder, UNGATED, *options, **variables)
    assert done.returncode == 0, done.stderr
    platforms = layers(folder / "image.oci.tar")
    types = [layer["mediaType"] for found in platforms.values() for layer in found]
    return {name.rpartition("+")[2] for name in types}, platforms


def test_an_archive_has_the_name_platforms_and_compression_asked_for(checkout: Path) -> None:
    name, version = "sdlc-lens-test-oci", uuid.uuid4().hex
    first, gzip = packed(checkout, IMAGE=name, VERSION=version)
    docker("load", f"--input={checkout / 'image.oci.tar'}")
    assert "usage:" in docker("run", "--rm", "--pull=never", f"{name}:{version}", "--help")
    docker("image", "rm", f"{name}:{version}")
    second, zstd = packed(checkout, "--set=oci.platform=linux/arm64", COMPRESSION="zstd")
    third, again = packed(checkout, PLATFORMS="linux/arm64")
    assert (first, second, third) == ({"gzip"}, {"zstd"}, {"gzip"})
    assert (set(gzip), set(zstd), set(again)) == ({"amd64", "arm64"}, {"arm64"}, {"arm64"})
    sizes = [[layer["size"] for layer in found["arm64"]] for found in (gzip, zstd)]
    assert all(small < large for large, small in zip(*sizes, strict=True))
    assert (sizes[0][-3] <= 15_000_000, sizes[1][-3] <= 11_000_000) == (True, True)  # libraries
    baked("runtime", UNGATED, *CACHEONLY, folder=checkout)


def test_neither_a_failed_build_nor_print_touches_the_last_archive(checkout: Path) -> None:
    replace_tests(checkout, FAILING)
    (checkout / "image.oci.tar").write_text("the last archive")
    definition("oci", folder=checkout)
    assert "test_small.py::test_small" in failure(archive(checkout))
    assert (checkout / "image.oci.tar").read_text() == "the last archive"


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
            version = ("docker", f"--host={address}", "version")
            until(lambda: process.poll() or run(*version).returncode == 0, 60, process.poll)
            assert process.poll() is None, "the second engine ended: see above"
            yield address
        finally:
            process.terminate()
            process.wait(60)
            run("umount", f"{folder}/data")  # stays mounted where the engine failed
            docker("network", "rm", bridge)


def built(checkout: Path, **variables: str) -> str:
    """What a build with a small test prints."""
    replace_tests(checkout, PASSING)
    return baked("runtime", *CACHEONLY, folder=checkout, **variables)


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

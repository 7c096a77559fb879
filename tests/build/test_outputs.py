"""What builds write: the same image for the same commit, the archive of `bake oci`, the cache."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine import ROOT, Completed, baked, definition, docker, failure, run, succeed, until
from engine.layers import layers
from engine.registry import Registry
from engine.suite import FAILING, PASSING, replace_tests

CACHEONLY = ("--set=runtime.output=type=cacheonly", "--set=runtime.platform=linux/amd64")
UNGATED = "--set=*.contexts.test=docker-image://scratch"
# As README.md says: a build that fails leaves the archive of the last one.
COMMAND = 'docker buildx bake oci "$@" >image.oci.tar.new && mv image.oci.tar.new image.oci.tar'
RELEASED = {
    "SOURCE_DATE_EPOCH": "1000000000", "SOURCE_VERSION": "1.2.3-4-g0123456789ab",
    "GIT_REF": "refs/heads/main",
}  # fmt: skip


def archive(folder: Path, *options: str, **variables: str) -> Completed:
    variables["ALLOW_STANDIN"] = "1"
    return run("sh", "-c", COMMAND, "sh", *options, folder=folder, variables=variables)


def written(folder: Path, *options: str, **variables: str) -> Path:
    """An archive that has to be written, without tests."""
    done = archive(folder, UNGATED, *options, **variables)
    assert done.returncode == 0, done.stderr
    return folder / "image.oci.tar"


def packed(folder: Path, *options: str, **variables: str) -> tuple[set[str], dict[str, Any]]:
    """The compressions, and the layers of each platform, of an archive."""
    platforms = layers(written(folder, *options, **variables))
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


def test_three_builds_of_the_commit_give_one_digest() -> None:
    output = succeed(str(ROOT / "scripts" / "reproduce"))
    digests = dict(line.split() for line in output.splitlines())
    assert set(digests) == {"warm", "cold", "elsewhere"}
    assert len(set(digests.values())) == 1
    print(f"index digest: {digests['warm']}")


def rebuilt(folder: Path, name: str, **variables: str) -> Path:
    """The archive of a checkout as it is now."""
    return written(folder, **{**RELEASED, **variables}).rename(folder.parent / name)


def differences(one: Path, other: Path) -> list[str]:
    """In what two layouts differ."""
    program = ROOT / "scripts" / "build" / "compare_layouts.py"
    done = run(sys.executable, str(program), str(one), str(other))
    assert done.returncode == bool(done.stdout), done.stderr
    return done.stdout.splitlines()


def test_an_image_differs_in_what_is_its_own_alone(checkout: Path) -> None:
    first = rebuilt(checkout, "first")
    (checkout / "README.md").write_text("another")
    (checkout / "tests" / "unit" / "test_readme.py").unlink()
    assert differences(first, rebuilt(checkout, "readme")) == []
    assert differences(first, rebuilt(checkout, "tag", GIT_REF="", VERSION="1.2.4")) == []
    for name, value in {"SOURCE_DATE_EPOCH": "1000000001", "SOURCE_VERSION": "1.2.4"}.items():
        changed = differences(first, rebuilt(checkout, name, **{name: value}))
        assert "linux/amd64 configuration" in "\n".join(changed)
        assert [line for line in changed if " layer " in line] == []
    with (checkout / "backend" / "src" / "sdlc_lens" / "__main__.py").open("a") as file:
        file.write("# another line\n")
    layers = [line for line in differences(first, rebuilt(checkout, "source")) if " layer " in line]
    assert len({line.partition(" app/")[0] for line in layers}) == 2
    assert any(" app/sdlc_lens/__main__.py: " in line for line in layers)


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


def test_a_cache_in_a_folder_is_written_when_asked_to_and_never_needed(checkout: Path) -> None:
    built(checkout, CACHE="./cache")
    assert not (checkout / "cache").exists()
    built(checkout, CACHE="./cache", CACHE_WRITE="1")
    assert "importing cache manifest" in built(checkout, CACHE="./cache")
    built(checkout, CACHE="127.0.0.1:1/cache", CACHE_WRITE="1")

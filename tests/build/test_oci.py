"""The archive that `bake oci` writes: its platforms, its compression, its name."""

import uuid
from pathlib import Path
from typing import Any

from engine import Completed, baked, definition, docker, run
from engine.layout import layers
from engine.suite import FAILING, replace_tests

UNGATED = "--set=*.contexts.test=docker-image://scratch"
# As README.md says: a build that fails leaves the archive of the last one.
COMMAND = 'docker buildx bake oci "$@" >image.oci.tar.new && mv image.oci.tar.new image.oci.tar'


def archive(folder: Path, *options: str, **variables: str) -> Completed:
    variables["ALLOW_STANDIN"] = "1"
    return run("sh", "-c", COMMAND, "sh", *options, folder=folder, variables=variables)


def packed(
    folder: Path, *options: str, **variables: str
) -> tuple[set[str], dict[str, list[dict[str, Any]]]]:
    """The compressions, and the layers of each platform, of an archive that has to be written."""
    done = archive(folder, UNGATED, *options, **variables)
    assert done.returncode == 0, done.stderr
    platforms = layers(folder / "image.oci.tar")
    types = [layer["mediaType"] for found in platforms.values() for layer in found]
    return {name.rpartition("+")[2] for name in types}, platforms


def test_an_archive_has_the_name_the_platforms_and_the_compression_asked_for(
    checkout: Path,
) -> None:
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
    options = ("--set=runtime.output=type=cacheonly", "--set=runtime.platform=linux/amd64")
    baked("runtime", UNGATED, *options, folder=checkout)


def test_neither_a_failed_build_nor_print_touches_the_last_archive(checkout: Path) -> None:
    replace_tests(checkout, FAILING)
    (checkout / "image.oci.tar").write_text("the last archive")
    definition("oci", folder=checkout)
    failed = archive(checkout)
    assert failed.returncode != 0
    assert "test_small.py::test_small" in failed.stderr
    assert (checkout / "image.oci.tar").read_text() == "the last archive"

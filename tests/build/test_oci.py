"""How the layers are packed: as it is asked for, whatever was built before."""

from pathlib import Path
from typing import Any

import pytest
from engine import baked
from engine.layout import layers

PACKED = {"gzip": "tar+gzip", "zstd": "tar+zstd"}


def built(checkout: Path, compression: str) -> dict[str, list[dict[str, Any]]]:
    """The layers of each platform of a layout that is built with this compression."""
    baked("oci", "--set", "oci.args.GATE=off", folder=checkout, COMPRESSION=compression)
    return layers(checkout / "dist" / "image.oci.tar")


def test_compression_is_the_one_asked_for_every_time(checkout: Path) -> None:
    for compression in ("gzip", "zstd", "gzip"):
        found = built(checkout, compression)
        assert set(found) == {"amd64", "arm64"}
        for platform in found.values():
            kinds = {layer["mediaType"].rpartition(".")[2] for layer in platform}
            assert kinds == {PACKED[compression]}


def test_layers_are_small_and_those_of_zstd_smaller(checkout: Path) -> None:
    gzip, zstd = (built(checkout, compression) for compression in PACKED)
    for platform in gzip:
        for one, other in zip(gzip[platform], zstd[platform], strict=True):
            assert other["size"] < one["size"]
        libraries = (gzip[platform][-2]["size"], zstd[platform][-2]["size"])
        assert libraries[0] <= 15_000_000
        assert libraries[1] <= 11_000_000


@pytest.mark.parametrize("platform", ["linux/amd64", "linux/arm64"])
def test_one_platform_can_be_built_alone(checkout: Path, platform: str) -> None:
    baked("oci", "--set", "oci.args.GATE=off", folder=checkout, PLATFORMS=platform)
    assert (checkout / "dist" / "image.oci.tar").stat().st_size > 1_000_000

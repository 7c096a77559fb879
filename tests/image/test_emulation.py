"""The image for arm64, run where the machine can."""

from pathlib import Path

import pytest
from engine import baked, docker
from engine.container import Containers
from engine.lens import documents, register, synced

ARM64 = "--platform=linux/arm64"
CANNOT_RUN = (
    "NOT TESTED: the arm64 image was built but not started, this machine runs no arm64 programs."
    " Install qemu-user-static, and see that /proc/sys/fs/binfmt_misc/qemu-aarch64 is there"
)


@pytest.mark.usefixtures("emulator")
def test_arm64_image_gets_ready_and_reads_a_workspace(version: str, workspace: Path) -> None:
    tag = f"{version}-arm64"
    baked("runtime-local", "--set=runtime-local.platform=linux/arm64", VERSION=tag)
    with Containers(f"sdlc-lens-backend:{tag}") as containers:
        use(containers, workspace)
    docker("image", "rm", containers.image)


def use(containers: Containers, workspace: Path) -> None:
    probe = containers.run(ARM64, command=("uname", "-m"))
    if "exec format error" in probe.stderr + probe.stdout:
        pytest.skip(CANNOT_RUN)
    assert probe.stdout == "aarch64\n", probe.stderr
    mount = f"--volume={workspace}:/data/projects:ro"
    # An emulated health check twice a second would take longer than the start that it waits for.
    lens = containers.start(ARM64, "--no-healthcheck", mount).until_ready(300)
    slug = register(lens, "Emulated", "/data/projects")
    assert synced(lens, slug)["sync_status"] == "synced"
    assert len(documents(lens, slug)) == 2
    assert lens.stop().code == 0

"""Other people's machines: IPv6, old engines, network mounts, arm64."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import engine
import pytest
from engine.container import Containers
from engine.lens import register, synced

ARM64 = "--platform=linux/arm64"
CANNOT_RUN = (
    "NOT TESTED: the arm64 image was built but not started, this machine runs no arm64 programs."
    " Install qemu-user-static, and see that /proc/sys/fs/binfmt_misc/qemu-aarch64 is there"
)


def refuse(call: str, number: int, *arguments: dict[str, object]) -> dict[str, Any]:
    """A seccomp rule: a system call (with such arguments) fails with an error number."""
    return {"names": [call], "action": "SCMP_ACT_ERRNO", "errnoRet": number, "args": arguments}


RULES = {
    "clone3": refuse("clone3", 1),
    "flock": refuse("flock", 37),
    "fcntl": refuse("fcntl", 37, {"index": 1, "value": 6, "op": "SCMP_CMP_EQ"}),  # F_SETLK
    "shared memory":
        refuse("mmap", 19, {"index": 3, "value": 15, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def network() -> Iterator[str]:
    """A network without IPv4."""
    name = f"lens-test-{os.getpid()}"
    made = engine.run("docker", "network", "create", "--ipv6", "--ipv4=false", name)
    if made.returncode:
        pytest.skip(f"NOT TESTED: no network without IPv4 on this engine: {made.stderr}")
    yield name
    engine.docker("network", "rm", name)


@pytest.mark.parametrize(
    ("refused", "command", "code", "words"),
    [
        ("clone3", "serve", 71, "clone3, 20.10.10"),
        ("clone3", "sync --all", 71, "clone3, 20.10.10"),
        ("clone3", "healthcheck", 1, "not healthy, 127.0.0.1:8000"),
        ("clone3", "check /data", 66, "no document"),
        ("flock", "serve", 72, "/data/db/sdlc_lens.db, file locks, NFS"),
        ("fcntl", "serve", 72, "/data/db/sdlc_lens.db, file locks, NFS"),
        ("shared memory", "serve", 72, "/data/db/sdlc_lens.db, shared memory, NFS"),
    ],
)
def test_what_the_machine_refuses_is_one_line(
    containers: Containers, tmp_path: Path, refused: str, command: str, code: int, words: str
) -> None:
    profile = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [RULES[refused]]}
    (tmp_path / "seccomp.json").write_text(json.dumps(profile))
    option = f"--security-opt=seccomp={tmp_path}/seccomp.json"
    ended = containers.run(option, command=tuple(command.split()))
    assert ended.returncode == code, ended
    (line,) = ended.stderr.splitlines()
    assert [word for word in words.split(", ") if word not in line] == []


def test_machine_without_ipv6_serves_ipv4(containers: Containers) -> None:
    without = "--sysctl=net.ipv6.conf.all.disable_ipv6=1"
    containers.start("--env=SDLC_LENS_HOST=::", without).until_healthy()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_network_without_ipv4(containers: Containers, host: str, network: str) -> None:
    lens = containers.start("--network", network, f"--env=SDLC_LENS_HOST={host}").until_healthy()
    if host == "::":
        address = lens.inspect()["NetworkSettings"]["Networks"][network]["GlobalIPv6Address"]
        assert urlopen(f"http://[{address}]:8000/readyz", timeout=10).status == 200


@pytest.fixture
def arm64(version: str) -> Iterator[Containers]:
    tag = f"{version}-arm64"
    engine.baked("runtime-local", "--set=runtime-local.platform=linux/arm64", VERSION=tag)
    with Containers(f"sdlc-lens-backend:{tag}") as containers:
        yield containers
    engine.docker("image", "rm", containers.image)


@pytest.mark.usefixtures("emulator")
def test_arm64_image_gets_ready_and_reads_a_workspace(arm64: Containers, workspace: Path) -> None:
    probe = arm64.run(ARM64, command=("uname", "-m"))
    if "exec format error" in probe.stderr + probe.stdout:
        pytest.skip(CANNOT_RUN)
    assert probe.stdout == "aarch64\n", probe.stderr
    mount = f"--volume={workspace}:/data/projects:ro"
    # An emulated health check twice a second would take longer than the start that it waits for.
    lens = arm64.start(ARM64, "--no-healthcheck", mount).until_ready(300)
    assert synced(lens, register(lens, "Emulated", "/data/projects"))["document_count"] == 2
    assert lens.stop().code == 0

"""The same commit gives the same image; and where it does not, the file is named."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

from compare_layouts import blobs, manifests
from engine import ROOT, baked, environment, run


def packed_layout(path: Path, content: bytes, created: str) -> Path:
    """A layout with one platform and one layer of one file."""
    stored: dict[str, bytes] = {}

    def keep(blob: bytes) -> str:
        digest = hashlib.sha256(blob).hexdigest()
        stored[f"blobs/sha256/{digest}"] = blob
        return f"sha256:{digest}"

    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        member = tarfile.TarInfo("app/greeting.py")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    manifest = {
        "config": {"digest": keep(json.dumps({"created": created}).encode())},
        "layers": [{"digest": keep(layer.getvalue())}],
    }
    platform = {"os": "linux", "architecture": "amd64"}
    index = {"manifests": [{"digest": keep(json.dumps(manifest).encode()), "platform": platform}]}
    top = {"manifests": [{"digest": keep(json.dumps(index).encode())}]}
    stored["index.json"] = json.dumps(top).encode()
    with tarfile.open(path, mode="w") as archive:
        for name, blob in stored.items():
            member = tarfile.TarInfo(name)
            member.size = len(blob)
            archive.addfile(member, io.BytesIO(blob))
    return path


def test_three_builds_of_the_commit_give_one_digest() -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "reproduce"],
        env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    digests = dict(line.split() for line in done.stdout.splitlines())
    assert set(digests) == {"warm", "cold", "elsewhere"}
    assert len(set(digests.values())) == 1
    print(f"index digest: {digests['warm']}")


def test_what_differs_is_named_down_to_the_file(tmp_path: Path) -> None:
    one = packed_layout(tmp_path / "one.tar", b"hello", "1970-01-01T00:00:00Z")
    other = packed_layout(tmp_path / "other.tar", b"hullo", "2000-01-01T00:00:00Z")
    program = ROOT / "scripts" / "build" / "compare_layouts.py"
    done = run(sys.executable, str(program), str(one), str(other))
    assert done.returncode == 1
    assert "linux/amd64 layer 1 app/greeting.py: 644 0:0 0" in done.stdout
    assert "linux/amd64 configuration created" in done.stdout
    assert run(sys.executable, str(program), str(one), str(one)).returncode == 0


def layout(folder: Path, epoch: str) -> tuple[str, set[str]]:
    """Build the OCI layout of a checkout; its index digest, and the digests of all layers."""
    options = ("oci", "--set", "oci.args.GATE=off")
    baked(*options, folder=folder, SOURCE_DATE_EPOCH=epoch)
    found = blobs(str(folder / "dist" / "image.oci.tar"))
    (top,) = json.loads(found["index.json"])["manifests"]
    layers = {
        layer["digest"] for manifest in manifests(found).values() for layer in manifest["layers"]
    }
    return top["digest"], layers


def test_a_new_epoch_leaves_every_layer_and_a_new_readme_the_image(checkout: Path) -> None:
    digest, layers = layout(checkout, "1000000000")
    later, layers_later = layout(checkout, "1000000001")
    assert layers_later == layers
    assert later != digest
    (checkout / "README.md").write_text("another")
    (checkout / "tests" / "unit" / "test_readme.py").unlink()
    assert layout(checkout, "1000000000")[0] == digest


def test_a_tag_leaves_the_images(checkout: Path) -> None:
    def images(**variables: str) -> dict[str, Any]:
        baked("oci", "--set", "oci.args.GATE=off", folder=checkout, **variables)
        return manifests(blobs(str(checkout / "dist" / "image.oci.tar")))

    told = {"SOURCE_VERSION": "1.2.3-4-g0123456789ab"}
    branch = images(GIT_REF="refs/heads/main", **told)
    assert images(VERSION="1.2.4", **told) == branch
    assert images(VERSION="1.2.4", SOURCE_VERSION="1.2.4") != branch


def test_the_image_is_told_of_the_commit_that_touched_it(checkout: Path) -> None:
    def facts() -> dict[str, str]:
        done = subprocess.run(
            [checkout / "scripts" / "build-info"], capture_output=True, text=True, check=True
        )
        return dict(line.split("=", 1) for line in done.stdout.split())

    def commit(name: str) -> None:
        with (checkout / name).open("a") as file:
            file.write("\n")
        for command in (["add", "-A"], ["commit", "-qm", name]):
            subprocess.run(["git", *git, *command], cwd=checkout, env=os.environ, check=True)

    git = ["-c", "user.name=tests", "-c", "user.email=tests@example.org"]
    assert facts() == {"SOURCE_DATE_EPOCH": "0"}
    subprocess.run(["git", "init", "-q"], cwd=checkout, check=True)
    commit("Dockerfile")
    built = facts()
    commit("README.md")
    told = facts()
    assert told["HEAD_REVISION"] != built["HEAD_REVISION"] == told["SOURCE_REVISION"]
    assert told["SOURCE_DATE_EPOCH"] == built["SOURCE_DATE_EPOCH"] != "0"
    commit("backend/pyproject.toml")
    assert facts()["SOURCE_REVISION"] == facts()["HEAD_REVISION"]

"""The same commit gives the same image; and where it does not, the file is named."""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

from compare_layouts import blobs, manifests
from engine import ROOT, baked, run, succeed


def packed(files: dict[str, bytes]) -> bytes:
    """A tar archive."""
    with io.BytesIO() as buffer:
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return buffer.getvalue()


def packed_layout(path: Path, content: bytes, created: str) -> Path:
    """A layout with one platform and one layer of one file."""
    stored: dict[str, bytes] = {}

    def keep(blob: bytes) -> str:
        digest = hashlib.sha256(blob).hexdigest()
        stored[f"blobs/sha256/{digest}"] = blob
        return f"sha256:{digest}"

    manifest = {
        "config": {"digest": keep(json.dumps({"created": created}).encode())},
        "layers": [{"digest": keep(packed({"app/greeting.py": content}))}],
    }
    platform = {"os": "linux", "architecture": "amd64"}
    index = {"manifests": [{"digest": keep(json.dumps(manifest).encode()), "platform": platform}]}
    top = {"manifests": [{"digest": keep(json.dumps(index).encode())}]}
    path.write_bytes(packed({**stored, "index.json": json.dumps(top).encode()}))
    return path


def test_three_builds_of_the_commit_give_one_digest() -> None:
    output = succeed(str(ROOT / "scripts" / "reproduce"))
    digests = dict(line.split() for line in output.splitlines())
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


def built(folder: Path, **variables: str) -> dict[str, bytes]:
    """The OCI layout of a checkout, built without the tests."""
    baked("oci", "--set=oci.contexts.test=docker-image://scratch", folder=folder, **variables)
    return blobs(str(folder / "dist" / "image.oci.tar"))


def test_a_new_epoch_leaves_every_layer_and_a_new_readme_the_image(checkout: Path) -> None:
    one, other = (
        built(checkout, SOURCE_DATE_EPOCH=epoch) for epoch in ("1000000000", "1000000001")
    )
    layers, layers_later = (
        [manifest["layers"] for manifest in manifests(layout).values()] for layout in (one, other)
    )
    assert layers == layers_later
    assert one["index.json"] != other["index.json"]
    (checkout / "README.md").write_text("another")
    (checkout / "tests" / "unit" / "test_readme.py").unlink()
    assert built(checkout, SOURCE_DATE_EPOCH="1000000000")["index.json"] == one["index.json"]


def test_a_tag_leaves_the_images(checkout: Path) -> None:
    source = {"SOURCE_VERSION": "1.2.3-4-g0123456789ab"}
    branch = manifests(built(checkout, GIT_REF="refs/heads/main", **source))
    assert manifests(built(checkout, VERSION="1.2.4", **source)) == branch
    assert manifests(built(checkout, VERSION="1.2.4", SOURCE_VERSION="1.2.4")) != branch

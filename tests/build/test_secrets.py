"""Secrets of the build: they do their work, and nothing that comes out holds their values."""

import base64
import gzip
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

import pytest
from engine import ROOT, bake, baked, docker, failure
from engine.http_servers import serving

PASSWORD, MARK = (f"{name}-{uuid.uuid4().hex}" for name in ("password", "bundle"))
CREDENTIALS = f"reader:{PASSWORD}".encode()


class PrivateIndex(BaseHTTPRequestHandler):
    """An index that has no package, and asks for credentials."""

    sent: ClassVar[set[bytes]] = set()

    def do_GET(self) -> None:
        authorization = self.headers.get("Authorization")
        self.send_response(404 if authorization else 401)
        if authorization:
            self.sent.add(base64.b64decode(authorization.removeprefix("Basic ")))
        else:
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def no_emulation() -> Iterator[None]:
    """Turns off what would run programs for the other platform."""
    emulators = [path for path in Path("/proc/sys/fs/binfmt_misc").glob("qemu-*") if path.is_file()]
    for emulator in emulators:
        emulator.write_text("0")
    try:
        yield
    finally:
        for emulator in emulators:
            emulator.write_text("1")


def add_secrets(checkout: Path, index: str, bundle: str) -> dict[str, str]:
    """Give a checkout secrets, and locks that no cache has seen; returns the variables."""
    for lock in (checkout / "backend/requirements").glob("*.txt"):
        lock.write_text(f"# {uuid.uuid4()}\n{lock.read_text()}")
    (folder := checkout / ".build").mkdir(exist_ok=True)
    url, host = f"http://{CREDENTIALS.decode()}@{index}/simple", index.partition(":")[0]
    options = f"[global]\nextra-index-url = {url}\ntrusted-host = {host}\n"
    (folder / "pip.conf").write_text(options)
    (folder / "bundle.crt").write_text(bundle)
    return {"PIP_CONFIG": ".build/pip.conf", "CA_BUNDLE": ".build/bundle.crt"}


def blobs(layout: Path) -> Iterator[bytes]:
    """Every blob of an OCI layout, decompressed."""
    for blob in (layout / "blobs/sha256").iterdir():
        content = blob.read_bytes()
        yield gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


@pytest.mark.usefixtures("emulator")
def test_both_platforms_are_built_without_emulation_and_hold_no_secret(checkout: Path) -> None:
    bundles = (ROOT / ".build/ca-certificates.crt", Path("/etc/ssl/certs/ca-certificates.crt"))
    bundle = next(filter(Path.is_file, bundles), None)
    if bundle is None:
        pytest.skip("NOT TESTED: no CA bundle in .build and none in /etc/ssl/certs")
    options = (
        "--set=runtime.output=type=oci,dest=layout,tar=false",
        "--set=runtime.attest=type=provenance,mode=max",
        "--set=runtime.contexts.test=docker-image://scratch",
    )
    gateway = docker("network", "inspect", "bridge", "--format={{(index .IPAM.Config 0).Gateway}}")
    with serving(PrivateIndex, gateway.strip()) as index, no_emulation():
        variables = add_secrets(checkout, index, f"# {MARK}\n{bundle.read_text()}")
        baked("runtime", *options, folder=checkout, **variables)
    assert CREDENTIALS in PrivateIndex.sent
    content = b"".join(blobs(checkout / "layout"))
    for expected in (b"slsa.dev/provenance", b'"architecture":"amd64"', b'"architecture":"arm64"'):
        assert expected in content
    for value in (PASSWORD.encode(), base64.b64encode(CREDENTIALS), MARK.encode()):
        assert value not in content, value


def test_only_the_ca_bundle_is_trusted(checkout: Path) -> None:
    done = bake("deps", folder=checkout, **add_secrets(checkout, "127.0.0.1:9", ""))
    assert "certificate" in failure(done).lower()

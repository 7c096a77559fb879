"""Secrets of the build: they do their work, and their values stand nowhere in what comes out."""

import base64
import gzip
import http.server
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine import ROOT, bake, baked, docker

PASSWORD = f"password-{uuid.uuid4().hex}"
MARK = f"bundle-{uuid.uuid4().hex}"


@contextmanager
def private_index() -> Iterator[tuple[str, list[str]]]:
    """An index that has no package, and the list of credentials that were shown to it."""
    shown: list[str] = []

    class Index(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            authorization = self.headers.get("Authorization", "")
            if not authorization:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="private"')
            else:
                shown.append(base64.b64decode(authorization.removeprefix("Basic ")).decode())
                self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    gateway = docker("network", "inspect", "bridge", "--format={{(index .IPAM.Config 0).Gateway}}")
    server = http.server.ThreadingHTTPServer((gateway.strip(), 0), Index)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{gateway.strip()}:{server.server_port}", shown
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def private_checkout(checkout: Path, index: str) -> dict[str, str]:
    """Give a checkout secrets, and locks that no cache has seen; returns the variables."""
    for lock in (checkout / "backend/requirements").glob("*.txt"):
        lock.write_text(f"# {uuid.uuid4()}\n{lock.read_text()}")
    folder = checkout / ".build"
    folder.mkdir(exist_ok=True)
    (folder / "pip.conf").write_text(
        f"[global]\nextra-index-url = http://reader:{PASSWORD}@{index}/simple\n"
        f"trusted-host = {index.split(':')[0]}\n"
    )
    bundle = Path(bundle_of_this_machine()).read_text()
    (folder / "bundle.crt").write_text(f"# {MARK}\n{bundle}")
    return {"PIP_CONFIG": ".build/pip.conf", "CA_BUNDLE": ".build/bundle.crt"}


def bundle_of_this_machine() -> str:
    """The certificates that packages are fetched with here."""
    for name in (str(ROOT / ".build/ca-certificates.crt"), "/etc/ssl/certs/ca-certificates.crt"):
        if Path(name).is_file():
            return name
    pytest.skip("NOT TESTED: no CA bundle in .build and none in /etc/ssl/certs")


def contents(layout: Path) -> Iterator[tuple[str, bytes]]:
    """Every blob of an OCI layout, unpacked."""
    for blob in (layout / "blobs/sha256").iterdir():
        content = blob.read_bytes()
        yield blob.name, gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def test_secrets_work_and_stand_nowhere(checkout: Path) -> None:
    with private_index() as (index, shown):
        variables = private_checkout(checkout, index)
        baked(
            "runtime",
            "--set", "runtime.output=type=oci,dest=layout,tar=false",
            "--set", "runtime.attest=type=provenance,mode=max",
            "--set", "runtime.args.GATE=off",
            folder=checkout, REGISTRY="registry.example", **variables,
        )  # fmt: skip
    assert f"reader:{PASSWORD}" in shown
    found = dict(contents(checkout / "layout"))
    assert any(b"slsa.dev/provenance" in content for content in found.values())
    assert any(b'"architecture":"arm64"' in content for content in found.values())
    values = [PASSWORD.encode(), base64.b64encode(f"reader:{PASSWORD}".encode()), MARK.encode()]
    assert [name for name, content in found.items() for value in values if value in content] == []


def test_the_ca_bundle_is_what_is_trusted(checkout: Path) -> None:
    with private_index() as (index, _):
        variables = private_checkout(checkout, index)
        (checkout / ".build/bundle.crt").write_text("")
        done = bake("deps", folder=checkout, **variables)
    assert done.returncode != 0
    assert "certificate" in done.stderr.lower()


def test_without_secrets_none_is_asked_for(checkout: Path) -> None:
    (checkout / "docker-bake.override.hcl").unlink(missing_ok=True)
    done = bake("--print", "runtime", folder=checkout)
    assert "secret" not in json.loads(done.stdout)["target"]["runtime"]

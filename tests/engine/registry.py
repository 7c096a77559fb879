"""A registry on this machine, and what it holds."""

import gzip
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCEPTED = (
    "application/vnd.oci.image.index.v1+json"
    ", application/vnd.oci.image.manifest.v1+json"
    ", application/vnd.docker.distribution.manifest.list.v2+json"
    ", application/vnd.docker.distribution.manifest.v2+json"
)


@dataclass(frozen=True)
class Registry:
    """A registry's address (host:port) and questions to it."""

    address: str

    def _get(self, path: str) -> bytes:
        request = urllib.request.Request(
            f"http://{self.address}/v2/{path}", headers={"Accept": ACCEPTED}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()  # type: ignore[no-any-return]

    def tags(self, name: str) -> list[str]:
        """The tags of a repository; none when the registry does not know it."""
        try:
            return json.loads(self._get(f"{name}/tags/list"))["tags"] or []
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return []
            raise

    def manifest(self, name: str, reference: str) -> dict[str, Any]:
        """An index or a manifest, by tag or digest."""
        return json.loads(self._get(f"{name}/manifests/{reference}"))  # type: ignore[no-any-return]

    def platforms(self, name: str, reference: str) -> dict[str, dict[str, Any]]:
        """The manifest of each platform of an index; attestations left out."""
        return {
            f"{entry['platform']['os']}/{entry['platform']['architecture']}": self.manifest(
                name, entry["digest"]
            )
            for entry in self.manifest(name, reference)["manifests"]
            if entry["platform"]["os"] != "unknown"
        }

    def predicates(self, name: str, reference: str) -> dict[str, dict[str, Any]]:
        """What is attested of each platform of an index, by the type of predicate."""
        entries = self.manifest(name, reference)["manifests"]
        platforms = {
            entry["digest"]: f"{entry['platform']['os']}/{entry['platform']['architecture']}"
            for entry in entries
        }
        found: dict[str, dict[str, Any]] = {}
        for entry in entries:
            if about := entry.get("annotations", {}).get("vnd.docker.reference.digest"):
                for layer in self.manifest(name, entry["digest"])["layers"]:
                    statement = json.loads(self.blob(name, layer["digest"]))
                    of_platform = found.setdefault(platforms[about], {})
                    of_platform[statement["predicateType"]] = statement["predicate"]
        return found

    def blob(self, name: str, digest: str) -> bytes:
        """A blob as it is stored."""
        return self._get(f"{name}/blobs/{digest}")

    def layer(self, name: str, digest: str) -> bytes:
        """A layer's tar, unpacked from gzip where it is packed."""
        content = self.blob(name, digest)
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://{address}/v2/", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the registry on {address} does not answer")


def binary() -> str | None:
    """The registry's program: SDLC_LENS_TEST_REGISTRY, or the one on PATH."""
    return os.environ.get("SDLC_LENS_TEST_REGISTRY") or shutil.which("docker-registry")


@contextmanager
def serving(program: str, folder: Path) -> Iterator[Registry]:
    """A registry of our own with its data in ``folder``, ended by its process id."""
    address = f"127.0.0.1:{_free_port()}"
    configuration = folder / "config.yml"
    configuration.write_text(
        "version: 0.1\n"
        "log: {level: error}\n"
        f"storage: {{filesystem: {{rootdirectory: {folder / 'data'}}}}}\n"
        f"http: {{addr: '{address}'}}\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", str(configuration)], stdout=log, stderr=log)
    try:
        _await(address, process)
        yield Registry(address)
    finally:
        process.terminate()
        process.wait(10)

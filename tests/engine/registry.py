"""A registry on this machine, and what it holds."""

import gzip
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import until

ACCEPTED = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)


@dataclass(frozen=True)
class Registry:
    """A registry's address (host:port) and questions to it."""

    address: str

    def _get(self, path: str) -> bytes:
        url = f"http://{self.address}/v2/{path}"
        request = urllib.request.Request(url, headers={"Accept": ACCEPTED})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()  # type: ignore[no-any-return]

    def answers(self) -> bool:
        try:
            return self._get("") is not None
        except OSError:
            return False

    def tags(self, name: str) -> list[str]:
        """The tags of a repository; none when the registry does not know it."""
        try:
            return json.loads(self._get(f"{name}/tags/list"))["tags"] or []
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return []

    def manifest(self, name: str, reference: str) -> dict[str, Any]:
        """An index or a manifest, by tag or digest."""
        return dict(json.loads(self._get(f"{name}/manifests/{reference}")))

    def platforms(self, name: str, reference: str) -> dict[str, dict[str, Any]]:
        """The manifest of each platform of an index; attestations left out."""
        return {
            platform(entry): self.manifest(name, entry["digest"])
            for entry in self.manifest(name, reference)["manifests"]
            if entry["platform"]["os"] != "unknown"
        }

    def predicates(self, name: str, reference: str) -> dict[str, dict[str, Any]]:
        """What is attested of each platform of an index, by the type of predicate."""
        entries = {entry["digest"]: entry for entry in self.manifest(name, reference)["manifests"]}
        found: dict[str, dict[str, Any]] = {}
        for digest, entry in entries.items():
            if about := entry.get("annotations", {}).get("vnd.docker.reference.digest"):
                for layer in self.manifest(name, digest)["layers"]:
                    statement = json.loads(self.layer(name, layer["digest"]))
                    of_platform = found.setdefault(platform(entries[about]), {})
                    of_platform[statement["predicateType"]] = statement["predicate"]
        return found

    def layer(self, name: str, digest: str) -> bytes:
        """A layer's content, unpacked from gzip where it is packed."""
        content = self._get(f"{name}/blobs/{digest}")
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def platform(entry: dict[str, Any]) -> str:
    """The platform of an index's entry, such as linux/amd64."""
    return f"{entry['platform']['os']}/{entry['platform']['architecture']}"


def binary() -> str | None:
    """The registry's program: SDLC_LENS_TEST_REGISTRY, or the one on PATH."""
    return os.environ.get("SDLC_LENS_TEST_REGISTRY") or shutil.which("docker-registry")


@contextmanager
def serving(program: str, folder: Path) -> Iterator[Registry]:
    """A registry of our own with its data in ``folder``, ended by its process id."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        registry = Registry(f"127.0.0.1:{server.getsockname()[1]}")
    configuration = {
        "version": "0.1", "log": {"level": "error"}, "http": {"addr": registry.address},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
    }  # fmt: skip
    (folder / "config.yml").write_text(json.dumps(configuration))
    command = [program, "serve", str(folder / "config.yml")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(registry.answers, 20, (folder / "log").read_text)
        yield registry
    finally:
        process.terminate()
        process.wait(10)

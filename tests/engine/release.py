"""Releases to a registry on this machine, by the scripts and with keys of our own."""

import os
from dataclasses import dataclass
from pathlib import Path

from engine import ROOT, Completed, run, succeed
from engine.registry import Registry

NAME = "sdlc-lens-backend"
SEARCH = f"{os.environ['PATH']}:{ROOT / '.build/packages/usr/bin'}"
UNSET = ("COSIGN_KEY", "COSIGN_PUBLIC_KEY", "COSIGN_IDENTITY", "GITHUB_ACTIONS", "GIT_REF")
SIGNER = {"PATH": SEARCH, "COSIGN_PASSWORD": "of the test"}


@dataclass(frozen=True)
class Release:
    """A checkout that was released, the keys it was signed with, and what the script said."""

    folder: Path
    keys: Path
    registry: Registry
    said: str

    @property
    def name(self) -> str:
        return f"{self.registry.address}/{NAME}"

    def script(self, name: str, *arguments: str, **variables: str) -> Completed:
        """Run one of its scripts, with no key but those that are given."""
        variables = {**dict.fromkeys(UNSET, ""), "ALLOW_STANDIN": "1", **SIGNER, **variables}
        program = str(self.folder / "scripts" / name)
        return run(program, *arguments, folder=self.folder, variables=variables)

    def release(self, **variables: str) -> Completed:
        """Run scripts/release with the private key."""
        known = {"REGISTRY": self.registry.address, "COSIGN_KEY": str(self.keys / "cosign.key")}
        return self.script("release", **{**known, **variables})

    def verify(self, image: str, **variables: str) -> Completed:
        """Run scripts/verify with the public key."""
        key = {"COSIGN_PUBLIC_KEY": str(self.keys / "cosign.pub")}
        return self.script("verify", image, **{**key, **variables})


def key_pair(folder: Path) -> Path:
    """A new folder with cosign.key and cosign.pub."""
    folder.mkdir()
    succeed("cosign", "generate-key-pair", folder=folder, variables=SIGNER)
    return folder


def commit(folder: Path, subject: str) -> None:
    """Commit all that is there."""
    author = ("-c", "user.name=Test", "-c", "user.email=test@test.invalid")
    succeed("git", "add", "--all", folder=folder)
    succeed("git", *author, "commit", "--quiet", "--message", subject, folder=folder)

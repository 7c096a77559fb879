"""A release: pushed, signed, attested, promoted; nothing else is taken for one."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from email.parser import HeaderParser
from pathlib import Path

import engine
import pytest
from engine import ROOT, check, docker, succeed
from engine.layers import files
from engine.registry import Registry, binary, serving
from engine.release import NAME, SEARCH, SIGNER, Release, commit, key_pair
from engine.suite import PASSING, replace_tests

TAGS = ["1.2.3", "1.2", "1", "latest"]
PLATFORMS = {"linux/amd64", "linux/arm64"}


@pytest.fixture(scope="module")
def released(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    """1.2.3, released from a clean checkout with one small test."""
    if shutil.which("cosign", path=SEARCH) is None:
        pytest.skip("NOT TESTED: cosign is not installed, see scripts/setup/testbed")
    folder = engine.checkout(tmp_path_factory.mktemp("release") / "checkout")
    replace_tests(folder, PASSING)
    succeed("git", "init", "--quiet", folder=folder)
    commit(folder, "All")
    succeed("git", "tag", "v1.2.3", folder=folder)
    release = Release(folder, key_pair(folder.parent / "keys"), registry, "")
    done = release.release(VERSION="1.2.3")
    assert done.returncode == 0, done.stderr
    yield replace(release, said=done.stdout)
    docker("image", "rm", *(f"{release.name}:{tag}" for tag in TAGS))


@pytest.fixture(scope="module")
def other(released: Release) -> Iterator[str]:
    """The name of an unsigned image of the same repository, without a list of its packages."""
    name = f"{released.name}:other"
    option = f"--set=sbom-generator.tags={name}"
    engine.baked("sbom-generator", "--push", option, folder=released.folder)
    yield name
    docker("image", "rm", name)


def digest(name: str) -> str:
    manifest = docker("buildx", "imagetools", "inspect", name, "--format={{json .Manifest}}")
    return str(json.loads(manifest)["digest"])


def test_every_tag_is_the_one_signed_digest(released: Release) -> None:
    (pushed,) = set(re.findall(r"(?m)^pushed +\S+@(\S+)$", released.said))
    names = [f"{released.name}:{tag}" for tag in TAGS]
    assert re.findall(r"(?m)^verified +(\S+)$", released.said) == names
    for name in names:
        done = released.verify(name)
        assert done.stdout.endswith(f"{released.name}@{pushed} is signed\n"), done.stderr


def test_its_provenance_tells_the_whole_build(released: Release) -> None:
    predicates = released.registry.predicates(NAME, "1.2.3")
    assert set(predicates) == PLATFORMS
    for found in predicates.values():
        (provenance,) = (body for kind, body in found.items() if "slsa.dev/provenance" in kind)
        assert "compileall" in json.dumps(provenance)


def installed(release: Release, platform: str) -> set[tuple[str, str]]:
    """Name and version of each package that the layers of a platform hold."""
    packages = []
    for layer in release.registry.platforms(NAME, "1.2.3")[platform]["layers"]:
        for path, content in files(release.registry.layer(NAME, layer["digest"])).items():
            if path.endswith(".dist-info/METADATA"):
                packages.append(content.decode())
            elif path == "var/lib/dpkg/status":
                packages += content.decode().strip().split("\n\n")
    parsed = map(HeaderParser().parsestr, packages)
    return {(each["Name"] or each["Package"], each["Version"]) for each in parsed}


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_its_list_of_packages_is_whole(released: Release, platform: str) -> None:
    document = released.registry.predicates(NAME, "1.2.3")[platform]["https://spdx.dev/Document"]
    packages = document["packages"]
    listed = {(package["name"], package["versionInfo"]) for package in packages}
    assert listed == installed(released, platform)
    assert len(listed) == len(packages) > 50


def test_its_list_of_packages_is_valid(released: Release, checkout: Path) -> None:
    (folder := checkout / ".build" / "spdx").mkdir(parents=True)
    names = []
    for platform, predicates in released.registry.predicates(NAME, "1.2.3").items():
        names.append(f"{platform.replace('/', '-')}.spdx.json")
        document = predicates["https://spdx.dev/Document"]
        (folder / names[-1]).write_text(json.dumps(document))
    done = check("spdx", checkout)
    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"valid: (\S+)", done.stderr)) >= set(names)
    (folder / "wrong.spdx.json").write_text(json.dumps({**document, "dataLicense": "none"}))
    assert "data_license" in check("spdx", checkout).stderr


def promote(release: Release, destination: Registry, folder: Path) -> None:
    """Copy 1.2.3 to three tags with the commands of scripts/README.md, and compare."""
    section = (ROOT / "scripts" / "README.md").read_text().partition("## Promote\n")[2]
    commands = re.findall(r"(?m)^    (?!FROM=|TO=)(.*)$", section.partition("\n## ")[0])
    assert [command.split()[0] for command in commands] == ["oras", "COSIGN_PUBLIC_KEY=cosign.pub"]
    addresses = (release.registry.address, destination.address)
    # oras speaks HTTP with localhost alone.
    source, target = (f"{each.replace('127.0.0.1', 'localhost')}/{NAME}" for each in addresses)
    names = {"FROM": f"{source}:1.2.3", "TO": f"{target}:2.0.0,2.0,stable"}
    said = succeed("sh", "-ec", "\n".join(commands), folder=folder, variables={**SIGNER, **names})
    promoted = digest(f"{source}:1.2.3")
    assert said.endswith(f"{target}@{promoted} is signed\n")
    assert {digest(f"{target}:{tag}") for tag in ("2.0.0", "2.0", "stable")} == {promoted}
    assert destination.predicates(NAME, "2.0") == release.registry.predicates(NAME, "1.2.3")


def test_a_promoted_release_is_the_same_and_verified(released: Release, tmp_path: Path) -> None:
    if shutil.which("oras", path=SEARCH) is None:
        pytest.skip("NOT TESTED: oras is not installed, see scripts/setup/testbed")
    (tmp_path / "scripts").symlink_to(released.folder / "scripts")
    shutil.copy(released.keys / "cosign.pub", tmp_path)
    promote(released, released.registry, tmp_path)
    with serving(str(binary()), tmp_path) as another:
        promote(released, another, tmp_path)


def refusal(release: Release, name: str, **variables: str) -> str:
    """Why scripts/verify refuses an image."""
    done = release.verify(name, **variables)
    assert done.returncode == 1, done.stdout
    return done.stderr


def test_another_image_is_refused_also_under_the_tag(released: Release, other: str) -> None:
    taken = f"{released.name}:1.2"
    docker("buildx", "imagetools", "create", "--tag", taken, other)
    try:
        for name in (other, taken):
            reason = f"the signature of {name} is invalid: no signatures found"
            assert reason in refusal(released, name)
    finally:
        docker("buildx", "imagetools", "create", "--tag", taken, f"{released.name}:1.2.3")


def test_the_signature_of_somebody_else_is_refused(released: Release, tmp_path: Path) -> None:
    key = str(key_pair(tmp_path / "others") / "cosign.pub")
    assert "the signature of" in refusal(released, f"{released.name}:1.2.3", COSIGN_PUBLIC_KEY=key)


def test_a_signature_alone_is_not_enough(released: Release, other: str) -> None:
    offline = ("--yes", "--use-signing-config=false", "--tlog-upload=false")
    key, name = f"--key={released.keys}/cosign.key", f"{released.name}@{digest(other)}"
    succeed("cosign", "sign", key, *offline, name, variables=SIGNER)
    assert "has no SBOM for" in refusal(released, other)


@pytest.mark.parametrize(
    ("before", "variables", "reason"),
    [
        ("echo >README.md", {}, "there are uncommitted changes: see git status"),
        ("git checkout -q v1.2.3", {}, "is not the commit that is checked out: git checkout refs/"),
        ("git tag -d v2.0.0", {}, "gives the image its version does not exist: git tag v2.0.0"),
        ("rm -r .git", {}, "a release needs a git checkout"),
        (":", {"VERSION": "main"}, "VERSION=main is not a version to release"),
        (":", {"VERSION": ""}, "VERSION= is not a version to release"),
        (":", {"GIT_REF": "refs/heads/main"}, "refs/heads/main is not a version to release"),
        (":", {"COSIGN_KEY": ""}, "no key to sign with"),
        (":", {"COSIGN_PASSWORD": "wrong"}, "COSIGN_KEY cannot be used: Error: decrypt"),
    ],
)
def test_what_must_not_be_released_is_refused_before_it_is_built(
    released: Release, tmp_path: Path, before: str, variables: dict[str, str], reason: str
) -> None:
    folder = tmp_path / "clone"
    succeed("git", "clone", "--quiet", str(released.folder), str(folder))
    (folder / "README.md").write_text("changed")
    commit(folder, "More")
    succeed("sh", "-c", f"git tag v2.0.0; {before}", folder=folder)
    done = replace(released, folder=folder).release(**{"VERSION": "2.0.0", **variables})
    assert done.returncode != 0
    assert reason in done.stderr
    assert "pushed" not in done.stdout

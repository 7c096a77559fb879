"""What a build starts from: bases, checkouts, Git servers, secrets, and the files that enter it."""

import base64
import gzip
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from engine import ROOT, bake, baked, check, docker, failure, succeed
from engine.container import Containers
from engine.release import commit
from support.git_server import Reply, Request, gits_own, serving

LOCAL = (".build", "docker-bake.override.hcl")  # what a build on this machine needs, not in Git
CACHEONLY = "--set=*.output=type=cacheonly"
STRICT = "--set=*.args.BUILDKIT_DOCKERFILE_CHECK=experimental=all;error=true"
COPIES = {
    "crlf": "git -c core.autocrlf=true clone --quiet . ../copy",  # as Git for Windows is set up
    "worktree": "git worktree add --quiet ../copy",
    "archive": "mkdir ../copy && git archive HEAD | tar -x -C ../copy",
}
REASONS = {
    "on-no-python": "RUNTIME_BASE cannot be used: it has no Python",
    "on-other-python": "RUNTIME_BASE cannot be used: its Python is 3.9, that of BUILD_BASE is 3",
    "on-musl": "RUNTIME_BASE cannot be used: its C library is musl",
    "on-no-shell": "RUNTIME_BASE cannot be used: it has no /bin/sh",
    "on-no-libstdcxx": "RUNTIME_BASE cannot be used: it has no libstdc++.so.6",
    "tools-on-no-python": "BUILD_BASE cannot be used: it has no python3",
}
STRANGERS = """
.env id_rsa secrets.txt backend/.env backend/.venv/pyvenv.cfg backend/data.db dist/junit.xml
.build/pip.conf backend/src/sdlc_lens/__pycache__/x.cpython-313.pyc node_modules/x.js
tests/unit/.pytest_cache/x image.oci.tar cache/index.json
"""
FIND_BYTECODE = """
import importlib.util, os
assert "/lib64/" in os.__file__ and os.path.exists(importlib.util.cache_from_source(os.__file__))
"""
PASSWORD, MARK = (f"{name}-{uuid.uuid4().hex}" for name in ("password", "bundle"))
CREDENTIALS = f"reader:{PASSWORD}".encode()


@pytest.fixture
def repository(checkout: Path) -> Path:
    """A repository with the project as it stands in one commit, tagged v1.2.3."""
    succeed("git", "init", "--quiet", folder=checkout)
    commit(checkout, "As it stands")
    succeed("git", "tag", "v1.2.3", folder=checkout)
    return checkout


@pytest.fixture(scope="module")
def unusual_base() -> Iterator[dict[str, str]]:
    """Variables that choose a base with a default user, lib64, and no python but python3."""
    tag = "sdlc-lens-test-base"
    assert (done := check("base-unusual")).returncode == 0, done.stderr
    yield dict.fromkeys(["BUILD_BASE", "RUNTIME_BASE"], f"docker-image://{tag}")
    docker("image", "rm", "--force", tag)


def test_the_service_runs_on_an_unusual_base(unusual_base: dict[str, str]) -> None:
    image = "sdlc-lens-test-base:service"
    baked("runtime-local", f"--set=*.tags={image}", folder=ROOT, **unusual_base)
    with Containers(image) as containers:
        lens = containers.serve()
        assert lens.execute("id", "-u").stdout == "10001\n"
        assert lens.execute("python3", "-m", "sdlc_lens", "healthcheck").returncode == 0
        assert lens.execute("python3", "-c", FIND_BYTECODE).returncode == 0
        assert lens.execute("python", "--version").returncode != 0
    docker("image", "rm", image)


@pytest.mark.parametrize(("target", "reason"), REASONS.items(), ids=REASONS)
def test_a_base_that_cannot_work_is_refused_with_the_reason(target: str, reason: str) -> None:
    assert reason in failure(check(target))


@pytest.mark.parametrize("command", COPIES.values(), ids=COPIES)
def test_the_image_is_built_from_a_copy_of_the_commit(repository: Path, command: str) -> None:
    succeed("sh", "-c", command, folder=repository)
    for name in filter(lambda name: (repository / name).exists(), LOCAL):
        shutil.move(repository / name, repository.parent / "copy" / name)
    baked("runtime-local", CACHEONLY, folder=repository.parent / "copy")


def test_the_image_is_built_from_a_git_server_with_nothing_checked_out(
    repository: Path, tmp_path: Path, unusual_base: dict[str, str]
) -> None:
    (folder := tmp_path / "empty").mkdir()
    variables = dict(unusual_base)
    if (bundle := ROOT / ".build/ca-certificates.crt").is_file():
        shutil.copy(bundle, folder)
        variables["CA_BUNDLE"] = bundle.name
    with serving(gits_own(tmp_path)) as server:
        remote = f"{server.url}/{repository.name}/.git#v1.2.3"
        assert "load git source" in baked(remote, CACHEONLY, folder=folder, **variables)


def test_nothing_but_the_source_enters_a_build(checkout: Path) -> None:
    for name in STRANGERS.split():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("not for the build")
    command = "docker buildx build --file=- --output=type=local,dest=../sent ."
    succeed(*command.split(), folder=checkout, stdin="FROM scratch\nCOPY . /\n")
    sent = checkout.parent / "sent"
    assert (sent / "backend/src/sdlc_lens/__init__.py").exists()
    assert [name for name in STRANGERS.split() if (sent / name).exists()] == []


def test_what_the_image_does_not_hold_does_not_build_it_again(checkout: Path) -> None:
    baked("runtime-local", CACHEONLY, STRICT, folder=checkout)
    for name in ("scripts/up", ".ci/run", ".github/workflows/ci.yml", "renovate.json", "README.md"):
        (checkout / name).write_text("another text\n")
    with (checkout / "Dockerfile").open("a") as dockerfile:
        dockerfile.write("# another text\n")
    again = baked("runtime-local", CACHEONLY, STRICT, folder=checkout)
    steps = set(re.findall(r"^#(\d+) \[\S+ +\d+/\d+\] (?:RUN|COPY)", again, re.MULTILINE))
    assert len(steps) > 5
    assert steps - set(re.findall(r"^#(\d+) CACHED", again, re.MULTILINE)) == set()


def private_index(request: Request) -> Reply:
    """An index that has no package, and asks for credentials."""
    if "Authorization" in request.headers:
        return 404, {}, b""
    return 401, {"WWW-Authenticate": 'Basic realm="private"'}, b""


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
    if not (bundle := next(filter(Path.is_file, bundles), None)):
        pytest.skip("NOT TESTED: no CA bundle in .build and none in /etc/ssl/certs")
    options = (
        "--set=runtime.output=type=oci,dest=layout,tar=false",
        "--set=runtime.attest=type=provenance,mode=max",
        "--set=runtime.contexts.test=docker-image://scratch",
    )
    gateway = docker("network", "inspect", "bridge", "--format={{(index .IPAM.Config 0).Gateway}}")
    with serving(private_index, host=gateway.strip()) as index, no_emulation():
        address = f"{gateway.strip()}:{index.port}"
        variables = add_secrets(checkout, address, f"# {MARK}\n{bundle.read_text()}")
        baked("runtime", *options, folder=checkout, **variables)
    sent = {request.headers.get("Authorization") for request in index.requests}
    assert f"Basic {base64.b64encode(CREDENTIALS).decode()}" in sent
    content = b"".join(blobs(checkout / "layout"))
    for expected in (b"slsa.dev/provenance", b'"architecture":"amd64"', b'"architecture":"arm64"'):
        assert expected in content
    for value in (PASSWORD.encode(), base64.b64encode(CREDENTIALS), MARK.encode()):
        assert value not in content, value


def test_only_the_ca_bundle_is_trusted(checkout: Path) -> None:
    done = bake("deps", folder=checkout, **add_secrets(checkout, "127.0.0.1:9", ""))
    assert "certificate" in failure(done).lower()

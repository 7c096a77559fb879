"""What a build starts from: bases, checkouts, Git servers, and the files that enter it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine import ROOT, baked, check, docker, failure, succeed
from engine.container import Containers
from engine.http_servers import repositories, serving
from engine.release import commit

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
    with serving(repositories(tmp_path)) as address:
        remote = f"http://{address}/{repository.name}/.git#v1.2.3"
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

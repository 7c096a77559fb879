"""What enters a build: the allow-list of .dockerignore."""

import re
from pathlib import Path

from engine import baked, succeed

ALLOWED = {
    ".ci", ".github", "Dockerfile", "README.md", "backend", "renovate.json", "scripts", "tests",
}  # fmt: skip
ALLOWED_IN_BACKEND = {
    "alembic", "alembic.ini", "entrypoint.sh", "pyproject.toml", "requirements", "src",
}  # fmt: skip
STRANGERS = (
    ".env", "id_rsa", "secrets.txt", "backend/.env", "backend/.venv/pyvenv.cfg", "backend/data.db",
    "dist/junit.xml", ".build/pip.conf", "backend/src/sdlc_lens/__pycache__/x.cpython-313.pyc",
    "node_modules/x.js", "tests/unit/.pytest_cache/x",
)  # fmt: skip


def context(folder: Path) -> set[str]:
    """Every file of the build context, as the builder gets it."""
    sent = folder.parent / "context"
    succeed(
        "docker", "buildx", "build", "--file", "-", "--output", f"type=local,dest={sent}", ".",
        folder=folder, stdin="FROM scratch\nCOPY . /\n",
    )  # fmt: skip
    return {str(file.relative_to(sent)) for file in sent.rglob("*") if file.is_file()}


def test_only_what_is_named_enters_the_context(checkout: Path) -> None:
    for name in STRANGERS:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("not for the build")
    files = context(checkout)
    assert files & set(STRANGERS) == set()
    assert {file.split("/")[0] for file in files} == ALLOWED
    in_backend = {file.split("/")[1] for file in files if file.startswith("backend/")}
    assert in_backend == ALLOWED_IN_BACKEND


def test_what_only_linters_read_leaves_the_image_as_it_is(checkout: Path) -> None:
    build = ("runtime-local", "--set", "runtime-local.output=type=cacheonly")
    baked(*build, folder=checkout)
    for name in ("scripts/up", ".ci/run", ".github/workflows/ci.yml", "renovate.json", "README.md"):
        (checkout / name).write_text("another text\n")
    with (checkout / "Dockerfile").open("a") as dockerfile:
        dockerfile.write("# another text\n")
    again = baked(*build, folder=checkout)
    steps = set(re.findall(r"^#(\d+) \[\S+ +\d+/\d+\] (?:RUN|COPY)", again, re.MULTILINE))
    assert len(steps) > 5
    assert steps - set(re.findall(r"^#(\d+) CACHED", again, re.MULTILINE)) == set()

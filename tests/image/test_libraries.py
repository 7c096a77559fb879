"""The libraries as they ship: stripped, whole, with bytecode for all of them and the base's own."""

from engine import ROOT, docker

PACKAGES = ROOT / ".build" / "tests"  # where `docker buildx bake test-tools` writes
TOOLS = (
    "--user=0:0",  # whose folder that is
    f"--volume={PACKAGES}:/packages:ro",
    "--env=PYTHONPATH=/app:/app/libraries:/packages",
)
EXTENSIONS = """
import importlib, pathlib
root = pathlib.Path("/app/libraries")
found = [path.relative_to(root) for path in sorted(root.rglob("*.so"))]
for path in found:
    importlib.import_module(".".join([*path.parts[:-1], path.name.split(".")[0]]))
print(len(found))
"""
MODULES = """
import importlib, pkgutil, sys
loaded = 0
def fail(name):
    print(name, "failed")
for module in pkgutil.walk_packages(["/app/libraries"], onerror=fail):
    if module.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(module.name)
        loaded += 1
    except ImportError as error:
        print(module.name, error)
print(loaded)
"""
# What works with a further package only, and says which.
OPTIONAL = {
    "anyio.pytest_plugin No module named 'pytest'",
    "dotenv.ipython No module named 'IPython'",
    "fastapi.templating jinja2 must be installed to use Jinja2Templates",
    "starlette.middleware.sessions No module named 'itsdangerous'",
    "starlette.templating jinja2 must be installed to use Jinja2Templates",
}
REQUIREMENTS = """
from importlib.metadata import distribution, distributions, version
from packaging.requirements import Requirement
def requirements(name, extras):
    for text in distribution(name).requires or ():
        wanted = Requirement(text)
        if wanted.marker is None or any(wanted.marker.evaluate({"extra": e}) for e in extras):
            yield wanted
names = [found.name for found in distributions(path=["/app", "/app/libraries"])]
pending, seen = [(name, ("",)) for name in names], set()
while pending:
    name, extras = pending.pop()
    for wanted in requirements(name, extras):
        assert wanted.specifier.contains(version(wanted.name), prereleases=True), wanted
        one = (wanted.name, (*sorted(wanted.extras), ""))
        pending += [one] if one not in seen else []
        seen.add(one)
print(len(names), len(seen))
"""
WITHOUT_BYTECODE = """
import importlib.util, pathlib, sys
for root in ("/app/libraries", "/app/sdlc_lens"):
    for path in pathlib.Path(root).rglob("*.py"):
        if not pathlib.Path(importlib.util.cache_from_source(path)).exists():
            print(path)
"""
COMPILED_AT_START = """
import importlib.util, pathlib, sys
import alembic.command, alembic.config, uvicorn
import sdlc_lens.main, sdlc_lens.commands.serve, sdlc_lens.commands.healthcheck
for name, module in sorted(sys.modules.items()):
    source = getattr(module, "__file__", None) or ""
    if source.endswith(".py"):
        bytecode = pathlib.Path(importlib.util.cache_from_source(source))
        print(*[name] if not bytecode.exists() else [], end="")
"""


def in_image(image: str, program: str, *options: str) -> str:
    """What a Python program prints in the image."""
    return docker("run", "--rm", "--pull=never", *options, image, "python", "-c", program)


def test_every_extension_module_loads(image: str) -> None:
    assert int(in_image(image, EXTENSIONS)) > 10


def test_every_module_loads(image: str) -> None:
    *failed, loaded = in_image(image, MODULES).splitlines()
    assert set(failed) <= OPTIONAL
    assert int(loaded) > 400


def test_the_set_is_whole(image: str) -> None:
    packages, requirements = in_image(image, REQUIREMENTS, *TOOLS).split()
    assert int(packages) > 20
    assert int(requirements) > 20


def test_the_tests_pass_on_what_ships(image: str, figures: dict[str, str]) -> None:
    options = ("--rm", "--pull=never", "--network=none", "--read-only", "--tmpfs=/tmp")
    said = docker(
        "run", *options, *TOOLS, f"--volume={ROOT}:/repository:ro", "--workdir=/repository", image,
        "python", "-m", "pytest", "-c", "backend/pyproject.toml", "-q", "-p", "no:cov",
        "tests/unit", "tests/db", "tests/sync", "tests/api",
    )  # fmt: skip
    figures["the service's tests on the libraries as they ship"] = said.splitlines()[-1]


def test_every_module_has_its_bytecode(image: str) -> None:
    assert in_image(image, WITHOUT_BYTECODE) == ""


def test_nothing_of_the_standard_library_is_compiled_at_a_start(image: str) -> None:
    assert in_image(image, COMPILED_AT_START) == ""

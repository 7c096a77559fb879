"""The libraries as they ship: they load, and a start compiles neither them nor the base's."""

import re

from engine.container import Container, Containers

EXTENSIONS = """
import importlib, pathlib
root = pathlib.Path("/app/libraries")
found = [path.relative_to(root) for path in root.rglob("*.so")]
for path in found:
    importlib.import_module(".".join([*path.parts[:-1], path.name.split(".")[0]]))
print(len(found))
"""


def compiled(verbose: str) -> set[str]:
    """The sources that Python compiled, by what it says with -v."""
    assert "/app/sdlc_lens/__pycache__/__main__" in verbose
    return set(re.findall(r"(?m)^# code object from '?(\S+\.py)'?$", verbose))


def test_every_extension_module_loads(lens: Container) -> None:
    assert int(lens.python(EXTENSIONS)) > 10


def test_a_start_and_a_health_check_compile_nothing(containers: Containers) -> None:
    lens = containers.serve("--env=PYTHONVERBOSE=1")
    assert compiled(lens.logs()) == set()
    assert compiled(lens.execute("python3", "-m", "sdlc_lens", "healthcheck").stderr) == set()


def test_a_module_without_bytecode_runs_from_its_source(lens: Container) -> None:
    done = lens.execute("python3", "-v", "-c", "import statistics; print(statistics.mean([1, 3]))")
    assert done.stdout == "2\n"
    assert re.search(r"(?m)code object from '?\S+/statistics.py'?$", done.stderr)

"""The libraries as they ship: stripped, with bytecode for all of them and for the base's own."""

from engine import docker

EXTENSIONS = """
import importlib, pathlib
root = pathlib.Path("/app/libraries")
found = [path.relative_to(root) for path in sorted(root.rglob("*.so"))]
for path in found:
    importlib.import_module(".".join([*path.parts[:-1], path.name.split(".")[0]]))
print(len(found))
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
import sdlc_lens.main, sdlc_lens.commands.serve, sdlc_lens.commands.healthcheck, uvicorn
for name, module in sorted(sys.modules.items()):
    source = getattr(module, "__file__", None) or ""
    if source.endswith(".py"):
        bytecode = pathlib.Path(importlib.util.cache_from_source(source))
        print(*[name] if not bytecode.exists() else [], end="")
"""


def in_image(image: str, program: str) -> str:
    """What a Python program prints in the image."""
    return docker("run", "--rm", "--pull=never", image, "python", "-c", program)


def test_every_extension_module_loads(image: str) -> None:
    assert int(in_image(image, EXTENSIONS)) > 10


def test_every_module_has_its_bytecode(image: str) -> None:
    assert in_image(image, WITHOUT_BYTECODE) == ""


def test_nothing_of_the_standard_library_is_compiled_at_a_start(image: str) -> None:
    assert in_image(image, COMPILED_AT_START) == ""

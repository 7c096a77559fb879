"""Compiles the modules of libraries, with the first lines alone of their functions' docstrings.

Nothing reads the other lines while the service runs, and they are an eighth of the bytecode. The
docstrings of classes stay: schemas quote them. Bytecode is not compared with its source again. Not
for the standard library, which edits its docstrings as it is imported.
"""

import ast
import marshal
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path

UNCHECKED_HASH = (0b01).to_bytes(4, "little")  # PEP 552


def with_short_docstrings(module: ast.Module) -> ast.Module:
    """A module whose functions have the first lines of their docstrings; changed in place."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body[0]:
                case ast.Expr(ast.Constant(str(text)) as docstring):
                    docstring.value = text.strip().partition("\n")[0]
    return module


def compile_module(source: Path, final: Path) -> None:
    """Write the bytecode of a source next to it; it will run as the file `final`."""
    content = source.read_bytes()
    module = with_short_docstrings(ast.parse(content, final))
    code = marshal.dumps(compile(module, final, "exec", dont_inherit=True))
    target = Path(cache_from_source(str(source)))
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(MAGIC_NUMBER + UNCHECKED_HASH + source_hash(content) + code)


def main(folder: str, final: str) -> None:
    """Compile every module below a folder, which is at `final` later."""
    sources = sorted(Path(folder).rglob("*.py"))
    finals = [Path(final, source.relative_to(folder)) for source in sources]
    with ProcessPoolExecutor() as pool:
        list(pool.map(compile_module, sources, finals, chunksize=16))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Usage: compile_modules.py FOLDER FINAL")
    main(*sys.argv[1:])

"""Lists the modules that import statements load, and those that serving with them loads on top.

Reads the statements, a line each, from standard input. Writes the paths of the modules to standard
output, relative to the standard library or to the folder of the libraries.
"""

import asyncio
import re
import socket
import sys
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from importlib.util import source_from_cache
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

# Also the modules whose import fails, for want of an optional package: each start tries again.
TRIED: set[str] = set()


def note_bytecode(event: str, arguments: tuple[object, ...]) -> None:
    """Remember each module whose bytecode the interpreter looks for."""
    if event == "open" and str(arguments[0]).endswith(".pyc"):
        TRIED.add(source_from_cache(str(arguments[0])))


def load(statements: Iterable[str]) -> None:
    """Import the modules that statements name, and the imported names that are modules."""
    for statement in statements:
        _, module, *names = re.findall(r"[\w.]+", statement)
        for name in (module, *(f"{module}.{name}" for name in names)):
            with suppress(ImportError):
                import_module(name)


def serve_a_page() -> None:
    """Serve one page to a client: libraries load some modules only then, by their names."""
    import uvicorn
    from fastapi import FastAPI

    async def page() -> None:
        server.should_exit = await asyncio.to_thread(bool, 1)

    app = FastAPI()
    app.add_api_route("/", page)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    listener = socket.create_server(("localhost", 0))
    address = "http://localhost:{1}/".format(*listener.getsockname())
    Thread(target=urlopen, args=[address], daemon=True).start()
    server.run(sockets=[listener])


def sources() -> set[Path]:
    """The relative paths of all modules that are loaded, or were tried."""
    names = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    files = [Path(name) for name in (*names, *TRIED)]
    folders = (Path(sysconfig.get_path("stdlib")), Path("/app/libraries"))
    paths = {file.relative_to(one) for one in folders for file in files if file.is_relative_to(one)}
    return {path for path in paths if path.suffix == ".py" and "site-packages" not in path.parts}


if __name__ == "__main__":
    sys.addaudithook(note_bytecode)
    load(sys.stdin)
    serve_a_page()
    print(*sorted(sources()), sep="\n")

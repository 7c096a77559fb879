"""Lists the modules that the service imports until it serves pages, its own left out.

Writes their paths to the file that is named, relative to the standard library or to the folder of
the libraries. Runs the service in this process; ends with its exit code when it does not start,
with 1 when it is not ready in time.
"""

import os
import socket
import sys
import sysconfig
import threading
import time
from importlib import import_module
from importlib.util import source_from_cache
from pathlib import Path

LIMIT_SECONDS = 60
# Also the modules whose import fails, for want of an optional package: each start tries again.
TRIED: set[str] = set()


def note_bytecode(event: str, arguments: tuple[object, ...]) -> None:
    """Remember each module whose bytecode the interpreter looks for."""
    if event == "open" and str(arguments[0]).endswith(".pyc"):
        TRIED.add(source_from_cache(str(arguments[0])))


def write_when_ready(target: Path) -> None:
    """Wait until the service passes its own health check, write the list, and end the process."""
    from sdlc_lens.commands import healthcheck

    end = time.monotonic() + LIMIT_SECONDS
    while not listening() or healthcheck.run() != 0:
        if time.monotonic() > end:
            print(f"the service is not ready after {LIMIT_SECONDS} s", file=sys.stderr, flush=True)
            os._exit(1)
        time.sleep(0.05)
    import_module("sdlc_lens.web.routes")  # as a first page does
    names = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    files = [Path(name) for name in (*names, *TRIED)]
    folders = (Path(sysconfig.get_path("stdlib")), Path("/app/libraries"))
    paths = {file.relative_to(one) for one in folders for file in files if file.is_relative_to(one)}
    sources = {path for path in paths if path.suffix == ".py" and "site-packages" not in path.parts}
    target.write_text("".join(f"{path}\n" for path in sorted(sources)))
    os._exit(0)


def listening() -> bool:
    """Whether the service accepts connections; its health check would print each failure."""
    from sdlc_lens.address import DEFAULT_PORT

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", DEFAULT_PORT)) == 0


if __name__ == "__main__":
    sys.addaudithook(note_bytecode)
    from sdlc_lens.__main__ import main

    threading.Thread(target=write_when_ready, args=[Path(sys.argv[1])], daemon=True).start()
    sys.exit(main(["serve"]) or 1)

"""Lists the modules that the service has imported once it serves, its own left out.

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
from pathlib import Path

from sdlc_lens.__main__ import main
from sdlc_lens.address import DEFAULT_PORT
from sdlc_lens.commands import healthcheck

LIMIT_SECONDS = 60


def write_when_ready(target: Path) -> None:
    """Wait until the service passes its own health check, write the list, and end the process."""
    end = time.monotonic() + LIMIT_SECONDS
    while not listening() or healthcheck.run() != 0:
        if time.monotonic() > end:
            print(f"the service is not ready after {LIMIT_SECONDS} s", file=sys.stderr, flush=True)
            os._exit(1)
        time.sleep(0.05)
    files = [Path(getattr(module, "__file__", None) or "") for module in list(sys.modules.values())]
    folders = (Path(sysconfig.get_path("stdlib")), Path("/app/libraries"))
    paths = {file.relative_to(one) for one in folders for file in files if file.is_relative_to(one)}
    sources = {path for path in paths if path.suffix == ".py" and "site-packages" not in path.parts}
    target.write_text("".join(f"{path}\n" for path in sorted(sources)))
    os._exit(0)


def listening() -> bool:
    """Whether the service accepts connections; its health check would print each failure."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", DEFAULT_PORT)) == 0


if __name__ == "__main__":
    threading.Thread(target=write_when_ready, args=[Path(sys.argv[1])], daemon=True).start()
    sys.exit(main(["serve"]) or 1)

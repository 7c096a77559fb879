"""`python -m sdlc_lens COMMAND`: one table of commands, each loaded only when it is asked for."""

import os
import signal
import sys
from types import FrameType

from sdlc_lens.errors import LensError

COMMANDS = {
    "serve": "migrate the database, then serve (the default)",
    "migrate": "migrate the database and end",
    "healthcheck": "ask the running service whether it is ready",
}
EXIT_CODES = """exit codes:
  0   done, or ended by SIGTERM
  1   not healthy, or an unexpected error (standard error has the traceback)
  2   no such command
  65  the database file is damaged, of a newer version, or another program's
  69  the port is taken
  74  the disk is full or fails
  77  a file or folder may not be read or written
  78  a setting makes no sense
"""


def main(arguments: list[str]) -> int:
    """Run the command that the arguments name, and return its exit code."""
    if arguments and arguments[0] in ("-h", "--help"):
        print(usage())
        return 0
    command, *rest = arguments or ["serve"]
    if command not in COMMANDS or rest:
        print(f"sdlc-lens: cannot do {' '.join(arguments)!r}\n\n{usage()}", file=sys.stderr)
        return 2
    return run(command)


def run(command: str) -> int:
    """Run COMMAND; an error that was foreseen is one line on standard error."""
    from importlib import import_module

    try:
        code: int = import_module(f"sdlc_lens.commands.{command}").run()
    except LensError as error:
        print(f"sdlc-lens: {error}", file=sys.stderr)
        return error.exit_code
    return code


def usage() -> str:
    """What `--help` prints."""
    lines = [f"  {name:<12} {purpose}" for name, purpose in COMMANDS.items()]
    return "\n".join(["usage: python -m sdlc_lens [COMMAND]", "", *lines, "", EXIT_CODES])


def end_on_signals() -> None:
    """End with 0 on SIGTERM and SIGINT in every phase, also on one that waited since the exec."""
    stops = {signal.SIGTERM, signal.SIGINT}
    for stop in stops:
        signal.signal(stop, _end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)


def _end(_number: int, _frame: FrameType | None) -> None:
    # No clean-up: SQLite survives a kill at any point, and a handler may interrupt anything.
    os._exit(0)


if __name__ == "__main__":
    end_on_signals()
    sys.exit(main(sys.argv[1:]))

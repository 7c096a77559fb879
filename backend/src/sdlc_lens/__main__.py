"""`python3 -m sdlc_lens COMMAND`: each command's module is imported when it runs."""

import errno
import os
import signal
import sys
from types import FrameType

from sdlc_lens.errors import LensError

COMMANDS = {
    "serve": "migrate the database, then serve requests (the default)",
    "migrate": "migrate the database and exit",
    "healthcheck": "ask the running service whether it is ready",
    "check": "print the health check of a workspace; see `check --help`",
    "add": "add a workspace as a project; see `add --help`",
    "list": "list the projects",
    "sync": "sync projects once; see `sync --help`",
    "rotate-keys": "seal the stored access tokens with the first key",
}
WITH_ARGUMENTS = frozenset({"check", "add", "list", "sync"})
EXIT_CODES = """exit codes:
  0   done, or ended by SIGTERM (check, add, list, sync: 143)
  1   not healthy, a gate failed, or an unexpected error (standard error has the traceback)
  2   unknown command
  65  the database file is damaged, of a newer version, or another program's
  66  the workspace to check is missing or empty
  69  the port is in use
  71  threads cannot be started
  72  the file system that holds the database does not support locks
  74  the disk is full or failing
  77  no read or write access to a file or folder
  78  a setting is invalid
"""


def main(arguments: list[str]) -> int:
    """Run the command that the arguments name, and return its exit code."""
    if arguments and arguments[0] in ("-h", "--help"):
        print(usage())
        return 0
    if arguments == ["--version"]:
        from sdlc_lens.version import version

        print(f"sdlc-lens {version()}")
        return 0
    command, *rest = arguments or ["serve"]
    if command not in COMMANDS or (rest and command not in WITH_ARGUMENTS):
        print(f"sdlc-lens: unknown command {' '.join(arguments)!r}\n\n{usage()}", file=sys.stderr)
        return 2
    return run(command, rest)


def run(command: str, arguments: list[str]) -> int:
    """Run COMMAND; an expected error is one line on standard error."""
    from importlib import import_module

    try:
        start = import_module(f"sdlc_lens.commands.{command.replace('-', '_')}").run
        code: int = start(arguments) if command in WITH_ARGUMENTS else start()
        sys.stdout.flush()
    except LensError as error:
        print(f"sdlc-lens: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(
            "sdlc-lens: cannot write the output: the disk is full. Free some space", file=sys.stderr
        )
        # Else Python reports the error again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 74
    return code


def usage() -> str:
    """The text of `--help`."""
    lines = [f"  {name:<12} {purpose}" for name, purpose in COMMANDS.items()]
    usages = [
        "usage: python3 -m sdlc_lens [COMMAND]",
        "       python3 -m sdlc_lens --help | --version",
    ]
    return "\n".join([*usages, "", *lines, "", EXIT_CODES])


def end_on_signals(command: str = "serve") -> None:
    """Exit on SIGTERM and SIGINT at any time, also on a signal that arrived before this call.

    The exit code is 0, except for a COMMAND that prints a result: an incomplete one must not count
    as success.
    """
    stops = {signal.SIGTERM, signal.SIGINT}
    for stop in stops:
        signal.signal(stop, _fail if command in WITH_ARGUMENTS else _end)
    if command in WITH_ARGUMENTS:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as `| head` expects
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)


def _end(_number: int, _frame: FrameType | None) -> None:
    # No clean-up: SQLite survives a kill at any point, and a handler may interrupt anything.
    os._exit(0)


def _fail(number: int, _frame: FrameType | None) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    end_on_signals(*sys.argv[1:2])
    sys.exit(main(sys.argv[1:]))

"""A check that this process can start the threads that the database needs."""

from threading import Event, Thread

from sdlc_lens.errors import ThreadsRefused

NEEDED = 8
"""Four for connections to the database, the others for reading workspaces."""


def require_threads() -> None:
    """Refuse a process that cannot start threads: later, each request would fail.

    Raises: ThreadsRefused.
    """
    end, started = Event(), []
    try:
        for _ in range(NEEDED):
            thread = Thread(target=end.wait, daemon=True)
            thread.start()
            started.append(thread)
    except RuntimeError as error:
        raise ThreadsRefused(
            f"this process cannot start {NEEDED} threads. Docker Engine before 20.10.10 does not"
            f" permit them (its seccomp profile refuses clone3): update it. If the number of"
            f" processes is limited, as by --pids-limit, raise that limit"
        ) from error
    finally:
        end.set()
        for thread in started:
            thread.join()

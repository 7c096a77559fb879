"""Threads for calls that a hanging mount can block for ever."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from sdlc_lens.errors import LensError, UnusableWorkspace

MOST_SECONDS = 120
"""How long a sync waits for the snapshot of a source."""

MOST_SECONDS_IN_TURN = 10
"""How long a sync that holds the turn to write waits for a portion of a source's documents."""


def in_own_thread[**Arguments, Result](
    function: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs
) -> asyncio.Future[Result]:
    """Call FUNCTION in a thread of its own. One that hangs blocks no other call and not the end of
    the process, unlike asyncio's threads.
    """
    answer: Future[Result] = Future()
    answer.set_running_or_notify_cancel()

    def work() -> None:
        try:
            result = function(*arguments, **options)
        except BaseException as error:  # noqa: BLE001 # raised where the answer is awaited
            answer.set_exception(error)
        else:
            answer.set_result(result)

    Thread(target=work, name="source", daemon=True).start()
    return asyncio.wrap_future(answer)


def mount_hangs(seconds: float) -> UnusableWorkspace:
    """The error for a folder that does not answer within SECONDS."""
    return UnusableWorkspace(
        f"the workspace did not answer within {seconds} s: its mount hangs. Mount it again"
    )


async def in_time[Result](
    answer: asyncio.Future[Result],
    seconds: float,
    late: Callable[[float], LensError] = mount_hangs,
) -> Result:
    """The answer of a source; when it does not come, the error that LATE makes is raised."""
    try:
        return await asyncio.wait_for(answer, seconds)
    except TimeoutError as error:
        raise late(seconds) from error

"""One event loop for all tests of a run: a loop of its own for each costs more than most tests."""

import asyncio
from collections.abc import Iterator

import pytest

Tasks = set[asyncio.Task[object]]


@pytest.fixture(scope="session")
async def event_loop(anyio_backend: str) -> tuple[asyncio.AbstractEventLoop, Tasks]:
    """The event loop, and the tasks that belong to it and to no test."""
    return asyncio.get_running_loop(), asyncio.all_tasks()


@pytest.fixture(autouse=True)
def no_task_left(event_loop: tuple[asyncio.AbstractEventLoop, Tasks]) -> Iterator[None]:
    """Fail a test that leaves a task behind."""
    loop, own = event_loop
    before = own | asyncio.all_tasks(loop)
    yield
    left = asyncio.all_tasks(loop) - before
    assert not left

"""Shared by all tests, also by those that drive the engine where the service is not installed."""

import gc

import pytest

gc.disable()  # during collection, which drops little


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_finish() -> None:
    """Spare the garbage collector all modules and tests, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.enable()
